package lxd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// archiveDocument reads one document of an archive as a mapping. Whatever two
// readers of YAML could take for different things is refused: keys that stand
// twice, references, merges, tags and further documents.
func archiveDocument(data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, more yaml.Node
	if err := decoder.Decode(&document); err != nil {
		return nil, unreadable("it is no YAML")
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, unreadable("it has more than one document")
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, unreadable("it is no mapping")
	}
	root := document.Content[0]
	return root, plainNode(root, 0)
}

func unreadable(why string) error {
	return hostError("body", "what the archive says of its configuration cannot be read for certain ("+why+")")
}

// plainNode checks a node and all below it, and writes texts as texts.
func plainNode(node *yaml.Node, depth int) error {
	if depth > 32 || node.Anchor != "" || node.Kind == yaml.AliasNode || node.Style&yaml.TaggedStyle != 0 {
		return unreadable("it has references or tags, or is too deep")
	}
	node.HeadComment, node.LineComment, node.FootComment = "", "", ""
	if node.Kind == yaml.ScalarNode {
		node.Style = 0
		if node.Tag == "!!str" {
			node.Style = yaml.DoubleQuotedStyle
		}
		if node.Tag == "!!merge" || node.Tag == "!!binary" {
			return unreadable("it has merges or binary texts")
		}
		return nil
	}
	node.Style = 0
	if node.Kind == yaml.MappingNode {
		seen := map[string]bool{}
		for n := 0; n < len(node.Content); n += 2 {
			key := node.Content[n]
			if key.Kind != yaml.ScalarNode || key.Tag != "!!str" || seen[key.Value] {
				return unreadable(fmt.Sprintf("the key %q is no text or stands twice", key.Value))
			}
			seen[key.Value] = true
		}
	}
	for _, below := range node.Content {
		if err := plainNode(below, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// child is what a mapping has under a key; nil for nothing.
func child(mapping *yaml.Node, key string) *yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	for n := 0; n+1 < len(mapping.Content); n += 2 {
		if mapping.Content[n].Value == key && mapping.Content[n+1].Tag != "!!null" {
			return mapping.Content[n+1]
		}
	}
	return nil
}

// keepKeys takes the keys out of a mapping that are not wanted.
func keepKeys(mapping *yaml.Node, wanted func(key string) bool) {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return
	}
	var kept []*yaml.Node
	for n := 0; n+1 < len(mapping.Content); n += 2 {
		if wanted(mapping.Content[n].Value) {
			kept = append(kept, mapping.Content[n], mapping.Content[n+1])
		}
	}
	mapping.Content = kept
}

// onlyKeys keeps a mapping's keys that are named.
func onlyKeys(mapping *yaml.Node, names ...string) {
	keepKeys(mapping, func(key string) bool { return slices.Contains(names, key) })
}

// readKey decodes what is under a key; nothing for nothing.
func readKey(mapping *yaml.Node, key string, into any) error {
	found := child(mapping, key)
	if found == nil {
		return nil
	}
	if err := found.Decode(into); err != nil {
		return unreadable(key + " is not what it should be")
	}
	return nil
}

// plainName refuses a name that LXD would make more than a name of.
func plainName(mapping *yaml.Node) error {
	var name string
	if err := readKey(mapping, "name", &name); err != nil {
		return err
	}
	if strings.ContainsAny(name, "/\\\n\x00") || name == ".." || name == "." {
		return unreadable(fmt.Sprintf("%q is no name", name))
	}
	return nil
}

// items are the elements of a list under a key.
func items(mapping *yaml.Node, key string) []*yaml.Node {
	list := child(mapping, key)
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	return list.Content
}
