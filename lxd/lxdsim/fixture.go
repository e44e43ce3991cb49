package lxdsim

import (
	"embed"
	"encoding/json"
	"net/http"
	"net/url"
)

// fixtures are answers of a real LXD 5.0.2 about what the simulator does not
// change: the host's resources, warnings, ACLs and zones.
//
//go:embed fixtures/*.json
var fixtures embed.FS

// fixture answers with what was recorded; the file is part of the program.
func fixture(name string) handler {
	return func(*request) (answer, error) {
		data, err := fixtures.ReadFile("fixtures/" + name + ".json")
		return answer{metadata: json.RawMessage(data)}, err
	}
}

// recorded are the objects of a fixture that is a list.
func recorded(name string) ([]map[string]any, error) {
	data, err := fixtures.ReadFile("fixtures/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var objects []map[string]any
	return objects, json.Unmarshal(data, &objects)
}

// listRecorded lists a fixture as URLs or as objects, like any list.
func listRecorded(name, address, key string) handler {
	return func(r *request) (answer, error) {
		if r.recursion > 0 {
			return fixture(name)(r)
		}
		objects, err := recorded(name)
		urls := []string{}
		for _, object := range objects {
			urls = append(urls, address+"/"+url.PathEscape(object[key].(string)))
		}
		return answer{metadata: urls}, err
	}
}

// oneRecorded answers with the object of a fixture whose key is the last part
// of the path.
func oneRecorded(name, key, part, missing string) handler {
	return func(r *request) (answer, error) {
		objects, err := recorded(name)
		for _, object := range objects {
			if object[key] == r.http.PathValue(part) {
				return answer{metadata: object, etag: etagOf(object[key])}, nil
			}
		}
		if err == nil {
			err = failure(http.StatusNotFound, "%s", missing)
		}
		return answer{}, err
	}
}

// refuse answers what LXD answers where it has nothing of the kind.
func refuse(status int, message string) handler {
	return func(*request) (answer, error) { return answer{}, failure(status, "%s", message) }
}
