package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// edges are, by type, the fields that lead to other objects or hold what may be
// secret. Whoever sees the object is answered by all of them, cut to what that
// caller may see, but for those in edgeRoles. A new one needs to be put in here,
// once it is known who may.
var edges = map[string]string{
	"ApiToken":              "projects user",
	"AuditEvent":            "input operation",
	"AuthGroup":             "identities permissions",
	"Certificate":           "projects",
	"ChangePlan":            "blockers changes request",
	"ClusterGroup":          "members",
	"ClusterMember":         "config groups instances resources state",
	"DiskDevice":            "config hiddenConfigKeys pool volume",
	"GpuDevice":             "config hiddenConfigKeys",
	"Grant":                 "project",
	"Health":                "database lxd",
	"Image":                 "aliases instances profiles project properties updateSource usedBy",
	"ImageAlias":            "image project",
	"ImageChange":           "image",
	"InfinibandDevice":      "config hiddenConfigKeys",
	"Instance":              "backups config consoleLog devices expandedConfig files hiddenConfigKeys image imageMetadata limits logs operations profiles project rootVolume scalingBounds snapshots state templates uefiVars usage",
	"InstanceAggregate":     "image project",
	"InstanceBackup":        "instance project",
	"InstanceChange":        "instance",
	"InstanceLog":           "content",
	"InstanceMetadata":      "properties templates",
	"InstanceSnapshot":      "config devices expandedConfig hiddenConfigKeys instance profiles project",
	"InstanceState":         "cpu disk memory network",
	"InstanceStateNetwork":  "addresses counters",
	"InstanceStateSample":   "state",
	"InstanceTemplate":      "content properties",
	"Lease":                 "instance project",
	"LifecycleEvent":        "entity requestor",
	"Metric":                "samples",
	"MetricSample":          "labels",
	"Network":               "acls config forwards hiddenConfigKeys instances leases loadBalancers peers project state usedBy zones",
	"NetworkAcl":            "config egress hiddenConfigKeys ingress log project usedBy",
	"NetworkAllocation":     "usedBy",
	"NetworkChange":         "network",
	"NetworkForward":        "config hiddenConfigKeys ports",
	"NetworkLoadBalancer":   "backends config hiddenConfigKeys ports",
	"NetworkPeer":           "config hiddenConfigKeys",
	"NetworkState":          "addresses bond bridge counters ovn vlan",
	"NetworkZone":           "config hiddenConfigKeys project records usedBy",
	"NetworkZoneRecord":     "config entries hiddenConfigKeys",
	"NicDevice":             "config hiddenConfigKeys network",
	"NoneDevice":            "config hiddenConfigKeys",
	"Operation":             "entities items metadata progress project resources",
	"OperationEvent":        "operation",
	"PciDevice":             "config hiddenConfigKeys",
	"Permission":            "entity",
	"PlacementGroup":        "config project usedBy",
	"PlannedChange":         "after before",
	"PlannedRequest":        "body",
	"Profile":               "config devices hiddenConfigKeys instances project usedBy",
	"ProfileChange":         "profile",
	"Project":               "config hiddenConfigKeys instances usage usedBy",
	"ProjectChange":         "current",
	"ProxyDevice":           "config hiddenConfigKeys",
	"ResourcesCpu":          "sockets",
	"ResourcesCpuCore":      "threads",
	"ResourcesCpuSocket":    "cache cores",
	"ResourcesGpu":          "cards",
	"ResourcesGpuCard":      "drm mdev nvidia sriov",
	"ResourcesMemory":       "nodes",
	"ResourcesNetwork":      "cards",
	"ResourcesNetworkCard":  "ports sriov",
	"ResourcesPci":          "devices",
	"ResourcesStorage":      "disks",
	"ResourcesStorageDisk":  "partitions",
	"ResourcesSystem":       "chassis firmware motherboard",
	"ResourcesUsb":          "devices",
	"Server":                "cluster config configurationMetadata connection environment metrics resources usage",
	"ServerEnvironment":     "kernelFeatures lxcFeatures storageSupportedDrivers",
	"ServerResources":       "cpu gpu memory network pci storage system usb",
	"Session":               "user",
	"StorageBucket":         "config hiddenConfigKeys keys pool project",
	"StorageBucketKey":      "secretKey",
	"StoragePool":           "config hiddenConfigKeys inodes instances space usedBy volumes",
	"StorageVolume":         "backups config hiddenConfigKeys instance pool project snapshots state usedBy",
	"StorageVolumeBackup":   "volume",
	"StorageVolumeChange":   "storageVolume",
	"StorageVolumeSnapshot": "volume",
	"TpmDevice":             "config hiddenConfigKeys",
	"UnixBlockDevice":       "config hiddenConfigKeys",
	"UnixCharDevice":        "config hiddenConfigKeys",
	"UnixHotplugDevice":     "config hiddenConfigKeys",
	"UnknownDevice":         "config hiddenConfigKeys",
	"UsbDevice":             "config hiddenConfigKeys",
	"User":                  "grants",
	"Warning":               "entity project",
}

// edgeRoles are the edges that take more than to see the object: the lowest role
// in its project, and what all others get.
var edgeRoles = map[string]struct{ role, others, why string }{
	"Instance.consoleLog":      {"OPERATOR", "FORBIDDEN", "it shows what is typed inside"},
	"Instance.files":           {"OPERATOR", "FORBIDDEN", "they are the inside"},
	"Instance.uefiVars":        {"OPERATOR", "FORBIDDEN", "they are the inside"},
	"InstanceLog.content":      {"OPERATOR", "FORBIDDEN", "lxc.conf has the environment"},
	"InstanceTemplate.content": {"OPERATOR", "FORBIDDEN", "a template is a file of the instance"},
	"Server.config":            {"ADMIN", "null", "it has LXD's own passwords and says whom LXD trusts"},
}

// edgesElsewhere are types that are not asked for here, and why.
var edgesElsewhere = map[string]string{
	"InstanceTemplate":     "the image has none; TestInstanceMetadataIsWritten asks for them",
	"NoneDevice":           "a device like any other: DiskDevice and NicDevice are asked for",
	"UnixCharDevice":       "a device like any other: DiskDevice and NicDevice are asked for",
	"UnixBlockDevice":      "a device like any other: DiskDevice and NicDevice are asked for",
	"UsbDevice":            "a device like any other: DiskDevice and NicDevice are asked for",
	"GpuDevice":            "a device like any other: DiskDevice and NicDevice are asked for",
	"InfinibandDevice":     "a device like any other: DiskDevice and NicDevice are asked for",
	"ProxyDevice":          "a device like any other: DiskDevice and NicDevice are asked for",
	"UnixHotplugDevice":    "a device like any other: DiskDevice and NicDevice are asked for",
	"TpmDevice":            "a device like any other: DiskDevice and NicDevice are asked for",
	"PciDevice":            "a device like any other: DiskDevice and NicDevice are asked for",
	"UnknownDevice":        "a device like any other: DiskDevice and NicDevice are asked for",
	"ResourcesCpu":         "of the host, whatever it has, for whoever sees the server",
	"ResourcesCpuSocket":   "of the host, whatever it has, for whoever sees the server",
	"ResourcesCpuCore":     "of the host, whatever it has, for whoever sees the server",
	"ResourcesMemory":      "of the host, whatever it has, for whoever sees the server",
	"ResourcesGpu":         "of the host, whatever it has, for whoever sees the server",
	"ResourcesGpuCard":     "of the host, whatever it has, for whoever sees the server",
	"ResourcesNetwork":     "of the host, whatever it has, for whoever sees the server",
	"ResourcesNetworkCard": "of the host, whatever it has, for whoever sees the server",
	"ResourcesStorage":     "of the host, whatever it has, for whoever sees the server",
	"ResourcesStorageDisk": "of the host, whatever it has, for whoever sees the server",
	"ResourcesUsb":         "of the host, whatever it has, for whoever sees the server",
	"ResourcesPci":         "of the host, whatever it has, for whoever sees the server",
	"ResourcesSystem":      "of the host, whatever it has, for whoever sees the server",
	"ClusterMember":        "there is no cluster",
	"ClusterGroup":         "there is no cluster",
	"NetworkForward":       "there is no such network",
	"NetworkLoadBalancer":  "there is no such network",
	"NetworkPeer":          "there is no such network",
	"AuthGroup":            "LXD 5.0 has none",
	"NetworkAllocation":    "LXD 5.0 has none",
	"Permission":           "LXD 5.0 has none",
	"PlacementGroup":       "LXD 5.0 has none",
	"StorageBucket":        "LXD 5.0 has none",
	"StorageBucketKey":     "LXD 5.0 has none",
	"InstanceChange":       "of a subscription, which tells of what the list tells of",
	"StorageVolumeChange":  "of a subscription, which tells of what the list tells of",
	"NetworkChange":        "of a subscription, which tells of what the list tells of",
	"ImageChange":          "of a subscription, which tells of what the list tells of",
	"ProjectChange":        "of a subscription, which tells of what the list tells of",
	"ProfileChange":        "of a subscription, which tells of what the list tells of",
	"InstanceStateSample":  "of a subscription, which tells of what the list tells of",
	"ChangePlan":           "of a change that is only planned, by who may make it",
	"PlannedChange":        "of a change that is only planned, by who may make it",
	"PlannedRequest":       "of a change that is only planned, by who may make it",
	"Grant":                "of a user, and the user's own",
	"Health":               "public",
	"Metric":               "LXD 5.0 measures nothing without a listener",
	"MetricSample":         "LXD 5.0 measures nothing without a listener",
	"Certificate":          "LXD trusts none here",
}

// serverKinds are what only an ADMIN of the whole server finds.
var serverKinds = []string{"AuditEvent", "Certificate"}

// ownKinds are found by their owner, and by an ADMIN.
var ownKinds = []string{"User", "Session", "ApiToken"}

// plantedSecret is the secret that is put into the configuration of all that has one.
const plantedSecret = "geheim in der Konfiguration"

var secretBearing = regexp.MustCompile(`^(content|consoleLog|log|secretKey|hiddenConfigKeys)$`)

func isEdge(schema *ast.Schema, field *ast.FieldDefinition) bool {
	kind := schema.Types[field.Type.Name()]
	return kind.IsCompositeType() || secretBearing.MatchString(field.Name) || slices.Contains([]string{"StringMap", "DeviceMap", "JSON"}, kind.Name)
}

// hasEdges reports whether a type is one that the table is about: not the pages of
// lists and what mutations give, which lead to what can be reached otherwise.
func hasEdges(schema *ast.Schema, kind *ast.Definition) bool {
	if kind.Kind != ast.Object || kind == schema.Query || kind == schema.Mutation || kind == schema.Subscription || strings.HasPrefix(kind.Name, "__") {
		return false
	}
	return !regexp.MustCompile(`(Connection|Edge|Payload)$`).MatchString(kind.Name)
}

// everyEdgeHasARow fails for an edge that the table does not have.
func everyEdgeHasARow(t *testing.T, schema *ast.Schema) {
	t.Helper()
	rows := map[string]bool{}
	for kind, names := range edges {
		for name := range strings.FieldsSeq(names) {
			rows[kind+"."+name] = true
		}
	}
	for _, kind := range schema.Types {
		if !hasEdges(schema, kind) {
			continue
		}
		for _, field := range kind.Fields {
			if row := kind.Name + "." + field.Name; isEdge(schema, field) && !rows[row] {
				t.Errorf("%s has no row in edges", row)
			}
			delete(rows, kind.Name+"."+field.Name)
		}
	}
	for row := range rows {
		t.Errorf("there is no %s", row)
	}
}

// edgeCaller is who asks: with a role in all projects, or in one.
type edgeCaller struct{ token, role, project string }

// Every edge of every object answers whom it may, and nobody else.
func TestEveryEdgeRefusesWhoMayNot(t *testing.T) {
	server := onRealLXD(t)
	admin, project := server.login(t), newProject(t, "true")
	planted := server.plant(t, admin, project)
	callers := map[string]edgeCaller{
		"VIEWER": {server.account(t, admin, "viewer", "VIEWER"), "VIEWER", ""}, "OPERATOR": {server.account(t, admin, "operator", "OPERATOR"), "OPERATOR", ""}, "ADMIN": {admin, "ADMIN", ""},
	}
	for _, role := range []string{"VIEWER", "OPERATOR", "ADMIN"} {
		name := strings.ToLower(role) + "-of-one"
		callers[role+" of one project"] = edgeCaller{server.account(t, admin, name, ""), role, project}
		server.grant(t, admin, name, project, role)
	}
	// A read-only token is a VIEWER, whoever has it.
	callers["a read-only token"] = edgeCaller{server.createToken(t, callers["OPERATOR"].token, "readOnly: true"), "VIEWER", ""}
	gone := map[string]string{"nobody": "", "expired": server.createToken(t, admin, `expiresAt: "`+time.Now().Add(time.Second).UTC().Format(time.RFC3339Nano)+`"`)}
	gone["revoked"], gone["disabled"] = server.account(t, admin, "revoked", "ADMIN"), server.account(t, admin, "disabled", "ADMIN")
	server.must(t, gone["revoked"], `mutation { logout { deletedId } }`, nil)
	server.must(t, admin, `mutation { updateUser(username: "disabled", input: {disabled: true}) { user { id } } }`, nil)
	time.Sleep(time.Second)

	schema := server.schema(t)
	everyEdgeHasARow(t, schema)
	found := server.objects(t, admin, schema, project, planted)
	reached := map[string]bool{}
	for _, question := range edgeQuestions(schema, found, project) {
		asked := server.ask(t, admin, question.text, nil)
		if asked.Status != http.StatusOK || asked.Data == nil {
			t.Fatalf("%s: %s", question.text, asked.Text)
		}
		whole := edgeOutcomes(asked)
		for edge := range whole {
			reached[edge] = true
		}
		for who, caller := range callers {
			got := server.ask(t, caller.token, question.text, nil)
			wantOutcomes(t, who, caller, question, got, whole)
			may := ranks[caller.role] >= ranks[question.secretsOf] && (caller.project == "" || caller.project == question.project)
			if told := strings.Contains(got.Text, plantedSecret); question.secretsOf != "" && told && !may {
				t.Errorf("%s is told the secret of %s", who, question.kind)
			} else if question.secretsOf != "" && may && !told {
				t.Errorf("%s is not told the secret of %s: %s", who, question.kind, got.Text)
			}
		}
		for who, token := range gone {
			if got := server.ask(t, token, question.text, nil); got.Status != http.StatusUnauthorized || got.code() != "UNAUTHENTICATED" || got.Data != nil {
				t.Errorf("%s asks for %s: HTTP %d %s", who, question.kind, got.Status, got.Text)
			}
		}
	}
	for kind, names := range edges {
		for name := range strings.FieldsSeq(names) {
			if !reached[kind+"."+name] && edgesElsewhere[kind] == "" {
				t.Errorf("%s.%s was not asked for", kind, name)
			}
		}
	}
}

// edgeQuestion asks for all edges of one object, or of what has no id.
type edgeQuestion struct {
	text, kind, project string
	// secretsOf is the lowest role that is told its secrets; "" where none are planted.
	secretsOf string
}

// toldSecrets are the kinds that the secret was planted in, with the lowest role
// that is told it there.
var toldSecrets = map[string]string{
	"Instance": "OPERATOR", "InstanceSnapshot": "OPERATOR", "Profile": "OPERATOR", "Project": "OPERATOR", "StorageVolume": "OPERATOR",
	"StoragePool": "ADMIN", "NetworkAcl": "ADMIN", "Network": "ADMIN",
}

func edgeQuestions(schema *ast.Schema, found map[string]string, project string) []edgeQuestion {
	choose := chooser{schema, nil}
	var all []edgeQuestion
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		of := strings.Split(decoded(found[kind]), ":")[2]
		if kind == "Project" || kind == "Operation" {
			of = project
		}
		all = append(all, edgeQuestion{fmt.Sprintf(`{ node(id: %q) { __typename ... on %s { %s } } }`, found[kind], kind, choose.everything(schema.Types[kind], 0, nil)), kind, of, toldSecrets[kind]})
	}
	for _, root := range []string{"server", "instancesAggregate", "events"} {
		field, arguments := schema.Query.Fields.ForName(root), ""
		if root == "events" {
			arguments = fmt.Sprintf("(project: %q, last: 100)", project)
		}
		if root == "instancesAggregate" {
			arguments = fmt.Sprintf("(project: %q)", project)
		}
		all = append(all, edgeQuestion{text: "{ " + root + arguments + choose.selection(field, 0, nil) + " }", kind: root, project: project})
	}
	return all
}

// wantOutcomes compares what a caller got with what the ADMIN of the server got.
func wantOutcomes(t *testing.T, who string, caller edgeCaller, question edgeQuestion, got *answer, whole map[string]string) {
	t.Helper()
	hidden := caller.project != "" && question.project != "" && question.project != caller.project
	if caller.role != "ADMIN" || caller.project != "" {
		hidden = hidden || slices.Contains(serverKinds, question.kind) || slices.Contains(ownKinds, question.kind)
	}
	if hidden {
		if len(got.Errors) > 0 || got.at("node") != nil {
			t.Errorf("%s is to see nothing of %s: %s", who, question.kind, got.Text)
		}
		return
	}
	told := edgeOutcomes(got)
	for edge, outcome := range whole {
		row, special := edgeRoles[edge]
		want := map[string]string{"answered": "", "null": ""}[outcome]
		if special && (ranks[caller.role] < ranks[row.role] || row.role == "ADMIN" && caller.project != "") {
			want = row.others
		} else if outcome != "answered" && outcome != "null" {
			want = outcome // LXD's own refusal, whoever asks
		}
		switch is := told[edge]; {
		case is == "": // below something that this caller is not shown
		case want == "" && (is == "answered" || is == "null"), want == is:
		default:
			t.Errorf("%s asks for %s: want %q, is %q", who, edge, want, is)
		}
	}
	if told == nil || (got.at("node") == nil && strings.Contains(question.text, "node(")) {
		t.Errorf("%s does not see %s: %s", who, question.kind, got.Text)
	}
}

// edgeOutcomes are, by type and field, what the objects of an answer have: an error's
// code, or else "answered", or "null" where nothing has it.
func edgeOutcomes(got *answer) map[string]string {
	found := map[string]string{}
	var look func(value any, path string)
	codes := map[string]string{}
	for _, err := range got.Errors {
		code, _ := err.Extensions["code"].(string)
		codes[strings.Trim(fmt.Sprint(err.Path), "[]")] = code
	}
	look = func(value any, path string) {
		switch value := value.(type) {
		case []any:
			for n, element := range value {
				look(element, path+" "+fmt.Sprint(n))
			}
		case map[string]any:
			kind, _ := value["__typename"].(string)
			for name, below := range value {
				edge, code := kind+"."+name, codes[strings.TrimSpace(path+" "+name)]
				switch {
				case code != "":
					found[edge] = code
				case below != nil && found[edge] != "FORBIDDEN":
					found[edge] = "answered"
				case found[edge] == "":
					found[edge] = "null"
				}
				look(below, path+" "+name)
			}
		}
	}
	look(got.Data, "")
	return found
}
