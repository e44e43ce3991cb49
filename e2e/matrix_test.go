package e2e

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// rootFields say who may ask a root field: the lowest role, "loggedIn" for
// whoever has an account, or "public".
// What is an ADMIN's is asked of those who are none; a new field needs a row.
var rootFields = map[string]string{
	"Mutation.acceptServerCertificate":     "ADMIN",
	"Mutation.addTag":                      "OPERATOR",
	"Mutation.attachNic":                   "OPERATOR",
	"Mutation.attachVolume":                "OPERATOR",
	"Mutation.bulkInstances":               "OPERATOR",
	"Mutation.cancelOperation":             "OPERATOR",
	"Mutation.clearInstanceConsoleLog":     "OPERATOR",
	"Mutation.copyImage":                   "ADMIN",
	"Mutation.copyInstance":                "OPERATOR",
	"Mutation.copyStorageVolume":           "OPERATOR",
	"Mutation.createApiToken":              "VIEWER",
	"Mutation.createAuthGroup":             "ADMIN",
	"Mutation.createCertificate":           "ADMIN",
	"Mutation.createClusterGroup":          "ADMIN",
	"Mutation.createClusterJoinToken":      "ADMIN",
	"Mutation.createConsoleSession":        "OPERATOR",
	"Mutation.createExecSession":           "OPERATOR",
	"Mutation.createIdentity":              "ADMIN",
	"Mutation.createIdentityProviderGroup": "ADMIN",
	"Mutation.createIdentityToken":         "ADMIN",
	"Mutation.createImageAlias":            "ADMIN",
	"Mutation.createInstance":              "OPERATOR",
	"Mutation.createInstanceBackup":        "OPERATOR",
	"Mutation.createInstanceSnapshot":      "OPERATOR",
	"Mutation.createNetwork":               "ADMIN",
	"Mutation.createNetworkAcl":            "ADMIN",
	"Mutation.createNetworkForward":        "ADMIN",
	"Mutation.createNetworkLoadBalancer":   "ADMIN",
	"Mutation.createNetworkPeer":           "ADMIN",
	"Mutation.createNetworkZone":           "ADMIN",
	"Mutation.createNetworkZoneRecord":     "ADMIN",
	"Mutation.createPlacementGroup":        "ADMIN",
	"Mutation.createProfile":               "ADMIN",
	"Mutation.createProject":               "ADMIN",
	"Mutation.createStorageBucket":         "OPERATOR",
	"Mutation.createStorageBucketKey":      "OPERATOR",
	"Mutation.createStoragePool":           "ADMIN",
	"Mutation.createStorageVolume":         "OPERATOR",
	"Mutation.createStorageVolumeBackup":   "OPERATOR",
	"Mutation.createStorageVolumeSnapshot": "OPERATOR",
	"Mutation.createUser":                  "ADMIN",
	"Mutation.deleteAuthGroup":             "ADMIN",
	"Mutation.deleteCertificate":           "ADMIN",
	"Mutation.deleteClusterGroup":          "ADMIN",
	"Mutation.deleteClusterMember":         "ADMIN",
	"Mutation.deleteIdentity":              "ADMIN",
	"Mutation.deleteIdentityProviderGroup": "ADMIN",
	"Mutation.deleteImage":                 "ADMIN",
	"Mutation.deleteImageAlias":            "ADMIN",
	"Mutation.deleteInstance":              "OPERATOR",
	"Mutation.deleteInstanceBackup":        "OPERATOR",
	"Mutation.deleteInstanceLog":           "OPERATOR",
	"Mutation.deleteInstanceSnapshot":      "OPERATOR",
	"Mutation.deleteInstanceTemplate":      "ADMIN",
	"Mutation.deleteNetwork":               "ADMIN",
	"Mutation.deleteNetworkAcl":            "ADMIN",
	"Mutation.deleteNetworkForward":        "ADMIN",
	"Mutation.deleteNetworkLoadBalancer":   "ADMIN",
	"Mutation.deleteNetworkPeer":           "ADMIN",
	"Mutation.deleteNetworkZone":           "ADMIN",
	"Mutation.deleteNetworkZoneRecord":     "ADMIN",
	"Mutation.deletePlacementGroup":        "ADMIN",
	"Mutation.deleteProfile":               "ADMIN",
	"Mutation.deleteProject":               "ADMIN",
	"Mutation.deleteStorageBucket":         "OPERATOR",
	"Mutation.deleteStorageBucketKey":      "OPERATOR",
	"Mutation.deleteStoragePool":           "ADMIN",
	"Mutation.deleteStorageVolume":         "OPERATOR",
	"Mutation.deleteStorageVolumeBackup":   "OPERATOR",
	"Mutation.deleteStorageVolumeSnapshot": "OPERATOR",
	"Mutation.deleteUser":                  "ADMIN",
	"Mutation.deleteWarning":               "ADMIN",
	"Mutation.detachNic":                   "OPERATOR",
	"Mutation.detachVolume":                "OPERATOR",
	"Mutation.enableCluster":               "ADMIN",
	"Mutation.enrolServer":                 "ADMIN",
	"Mutation.evacuateClusterMember":       "ADMIN",
	"Mutation.freezeInstance":              "OPERATOR",
	"Mutation.grantRole":                   "ADMIN",
	"Mutation.growInstanceDisk":            "OPERATOR",
	"Mutation.importImage":                 "ADMIN",
	"Mutation.importInstance":              "OPERATOR",
	"Mutation.importStorageVolume":         "OPERATOR",
	"Mutation.writeInstanceFile":           "OPERATOR",
	"Mutation.login":                       "public",
	"Mutation.logout":                      "loggedIn",
	"Mutation.migrateInstance":             "OPERATOR",
	"Mutation.moveStorageVolume":           "OPERATOR",
	"Mutation.publishImage":                "ADMIN",
	"Mutation.pushImage":                   "ADMIN",
	"Mutation.readmitUser":                 "ADMIN",
	"Mutation.rebuildInstance":             "OPERATOR",
	"Mutation.refreshImage":                "ADMIN",
	"Mutation.refreshToken":                "public",
	"Mutation.removeTag":                   "OPERATOR",
	"Mutation.renameAuthGroup":             "ADMIN",
	"Mutation.renameClusterGroup":          "ADMIN",
	"Mutation.renameClusterMember":         "ADMIN",
	"Mutation.renameIdentityProviderGroup": "ADMIN",
	"Mutation.renameImageAlias":            "ADMIN",
	"Mutation.renameInstance":              "OPERATOR",
	"Mutation.renameInstanceBackup":        "OPERATOR",
	"Mutation.renameInstanceSnapshot":      "OPERATOR",
	"Mutation.renameNetwork":               "ADMIN",
	"Mutation.renameNetworkAcl":            "ADMIN",
	"Mutation.renamePlacementGroup":        "ADMIN",
	"Mutation.renameProfile":               "ADMIN",
	"Mutation.renameProject":               "ADMIN",
	"Mutation.renameStorageVolume":         "OPERATOR",
	"Mutation.renameStorageVolumeBackup":   "OPERATOR",
	"Mutation.renameStorageVolumeSnapshot": "OPERATOR",
	"Mutation.resizeStorageVolume":         "OPERATOR",
	"Mutation.restartInstance":             "OPERATOR",
	"Mutation.restoreClusterMember":        "ADMIN",
	"Mutation.restoreInstance":             "OPERATOR",
	"Mutation.restoreStorageVolume":        "OPERATOR",
	"Mutation.revokeApiToken":              "loggedIn",
	"Mutation.revokeIdentityToken":         "ADMIN",
	"Mutation.revokeRole":                  "ADMIN",
	"Mutation.revokeSession":               "loggedIn",
	"Mutation.runCommand":                  "OPERATOR",
	"Mutation.scaleInstanceCpu":            "OPERATOR",
	"Mutation.scaleInstanceMemory":         "OPERATOR",
	"Mutation.setInstanceState":            "OPERATOR",
	"Mutation.setInstanceTemplate":         "ADMIN",
	"Mutation.setPassword":                 "loggedIn",
	"Mutation.setScalingBounds":            "OPERATOR",
	"Mutation.startInstance":               "OPERATOR",
	"Mutation.stopInstance":                "OPERATOR",
	"Mutation.unfreezeInstance":            "OPERATOR",
	"Mutation.updateAuthGroup":             "ADMIN",
	"Mutation.updateCertificate":           "ADMIN",
	"Mutation.updateClusterCertificate":    "ADMIN",
	"Mutation.updateClusterGroup":          "ADMIN",
	"Mutation.updateClusterMember":         "ADMIN",
	"Mutation.updateIdentity":              "ADMIN",
	"Mutation.updateIdentityProviderGroup": "ADMIN",
	"Mutation.updateImage":                 "ADMIN",
	"Mutation.updateImageAlias":            "ADMIN",
	"Mutation.updateInstance":              "OPERATOR",
	"Mutation.updateInstanceMetadata":      "OPERATOR",
	"Mutation.updateInstanceSnapshot":      "OPERATOR",
	"Mutation.updateNetwork":               "ADMIN",
	"Mutation.updateNetworkAcl":            "ADMIN",
	"Mutation.updateNetworkForward":        "ADMIN",
	"Mutation.updateNetworkLoadBalancer":   "ADMIN",
	"Mutation.updateNetworkPeer":           "ADMIN",
	"Mutation.updateNetworkZone":           "ADMIN",
	"Mutation.updateNetworkZoneRecord":     "ADMIN",
	"Mutation.updatePlacementGroup":        "ADMIN",
	"Mutation.updateProfile":               "ADMIN",
	"Mutation.updateProject":               "ADMIN",
	"Mutation.updateServerConfig":          "ADMIN",
	"Mutation.updateStorageBucket":         "OPERATOR",
	"Mutation.updateStorageBucketKey":      "OPERATOR",
	"Mutation.updateStoragePool":           "ADMIN",
	"Mutation.updateStorageVolume":         "OPERATOR",
	"Mutation.updateStorageVolumeSnapshot": "OPERATOR",
	"Mutation.updateUser":                  "ADMIN",
	"Mutation.updateWarning":               "ADMIN",
	"Query.apiTokens":                      "loggedIn",
	"Query.auditEvents":                    "ADMIN",
	"Query.authGroups":                     "ADMIN",
	"Query.barredUsers":                    "ADMIN",
	"Query.certificate":                    "ADMIN",
	"Query.certificates":                   "ADMIN",
	"Query.clusterGroups":                  "VIEWER",
	"Query.clusterMember":                  "VIEWER",
	"Query.clusterMembers":                 "VIEWER",
	"Query.events":                         "VIEWER",
	"Query.health":                         "public",
	"Query.httpEndpoints":                  "VIEWER",
	"Query.identities":                     "ADMIN",
	"Query.identityProviderGroups":         "ADMIN",
	"Query.image":                          "VIEWER",
	"Query.imageAlias":                     "VIEWER",
	"Query.imageAliases":                   "VIEWER",
	"Query.images":                         "VIEWER",
	"Query.instance":                       "VIEWER",
	"Query.instances":                      "VIEWER",
	"Query.instancesAggregate":             "VIEWER",
	"Query.network":                        "VIEWER",
	"Query.networkAcl":                     "VIEWER",
	"Query.networkAcls":                    "VIEWER",
	"Query.networkAllocations":             "VIEWER",
	"Query.networkZone":                    "VIEWER",
	"Query.networkZones":                   "VIEWER",
	"Query.networks":                       "VIEWER",
	"Query.node":                           "VIEWER",
	"Query.nodes":                          "VIEWER",
	"Query.operation":                      "VIEWER",
	"Query.operations":                     "VIEWER",
	"Query.permissions":                    "ADMIN",
	"Query.placementGroups":                "VIEWER",
	"Query.probeServer":                    "ADMIN",
	"Query.profile":                        "VIEWER",
	"Query.profiles":                       "VIEWER",
	"Query.project":                        "VIEWER",
	"Query.projects":                       "VIEWER",
	"Query.remoteImages":                   "VIEWER",
	"Query.search":                         "VIEWER",
	"Query.server":                         "VIEWER",
	"Query.sessions":                       "loggedIn",
	"Query.storageBucket":                  "VIEWER",
	"Query.storageBuckets":                 "VIEWER",
	"Query.storagePool":                    "VIEWER",
	"Query.storagePools":                   "VIEWER",
	"Query.storageVolume":                  "VIEWER",
	"Query.storageVolumes":                 "VIEWER",
	"Query.users":                          "ADMIN",
	"Query.viewer":                         "loggedIn",
	"Query.waitOperation":                  "VIEWER",
	"Query.warning":                        "VIEWER",
	"Query.warnings":                       "VIEWER",
	"Subscription.events":                  "VIEWER",
	"Subscription.execOutput":              "OPERATOR",
	"Subscription.imageChanged":            "VIEWER",
	"Subscription.instanceChanged":         "VIEWER",
	"Subscription.instanceState":           "VIEWER",
	"Subscription.networkChanged":          "VIEWER",
	"Subscription.operationUpdated":        "VIEWER",
	"Subscription.profileChanged":          "VIEWER",
	"Subscription.projectChanged":          "VIEWER",
	"Subscription.storageVolumeChanged":    "VIEWER",
}

// ofSingleProjects are the fields of ADMINs that an ADMIN of one project gets as far
// with as to be told what there is not: all others take an ADMIN of the server.
var ofSingleProjects = map[string]bool{
	"Mutation.copyImage":                 true,
	"Mutation.createImageAlias":          true,
	"Mutation.createNetwork":             true,
	"Mutation.createNetworkAcl":          true,
	"Mutation.createNetworkForward":      true,
	"Mutation.createNetworkLoadBalancer": true,
	"Mutation.createNetworkPeer":         true,
	"Mutation.createNetworkZone":         true,
	"Mutation.createNetworkZoneRecord":   true,
	"Mutation.createProfile":             true,
	"Mutation.deleteImage":               true,
	"Mutation.deleteImageAlias":          true,
	"Mutation.deleteInstanceTemplate":    true,
	"Mutation.deleteNetwork":             true,
	"Mutation.deleteNetworkAcl":          true,
	"Mutation.deleteNetworkForward":      true,
	"Mutation.deleteNetworkLoadBalancer": true,
	"Mutation.deleteNetworkPeer":         true,
	"Mutation.deleteNetworkZone":         true,
	"Mutation.deleteNetworkZoneRecord":   true,
	"Mutation.deleteProfile":             true,
	"Mutation.deleteProject":             true,
	"Mutation.publishImage":              true,
	"Mutation.pushImage":                 true,
	"Mutation.refreshImage":              true,
	"Mutation.renameImageAlias":          true,
	"Mutation.renameNetwork":             true,
	"Mutation.renameNetworkAcl":          true,
	"Mutation.renameProfile":             true,
	"Mutation.setInstanceTemplate":       true,
	"Mutation.updateImage":               true,
	"Mutation.updateImageAlias":          true,
	"Mutation.updateNetwork":             true,
	"Mutation.updateNetworkAcl":          true,
	"Mutation.updateNetworkForward":      true,
	"Mutation.updateNetworkLoadBalancer": true,
	"Mutation.updateNetworkPeer":         true,
	"Mutation.updateNetworkZone":         true,
	"Mutation.updateNetworkZoneRecord":   true,
	"Mutation.updateProfile":             true,
	"Query.certificate":                  true,
}

// toldToReaders are the fields of ADMINs that tell no secret and show no more than
// there is: an ADMIN's read-only token is answered too. All others it is refused.
var toldToReaders = map[string]bool{"Query.barredUsers": true, "Query.certificate": true, "Query.users": true}

// question asks a root field with arguments that fit their types and name
// nothing that there could be.
func question(schema *ast.Schema, operation string, field *ast.FieldDefinition) string {
	var arguments []string
	for _, argument := range field.Arguments {
		if argument.Type.NonNull && argument.DefaultValue == nil {
			arguments = append(arguments, argument.Name+": "+anything(schema, argument.Type))
		}
	}
	text := field.Name
	if arguments != nil {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	if kind := schema.Types[field.Type.Name()]; kind.IsCompositeType() {
		text += " { __typename }"
	}
	return operation + " { " + text + " }"
}

func anything(schema *ast.Schema, of *ast.Type) string {
	if of.Elem != nil {
		return "[" + anything(schema, of.Elem) + "]"
	}
	switch kind := schema.Types[of.Name()]; {
	case kind.Kind == ast.Enum:
		return kind.EnumValues[0].Name
	case kind.Kind == ast.InputObject:
		var fields []string
		for _, field := range kind.Fields {
			if field.Type.NonNull && field.DefaultValue == nil {
				fields = append(fields, field.Name+": "+anything(schema, field.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case kind.Name == "Int", kind.Name == "Int64", kind.Name == "Float":
		return "1"
	case kind.Name == "Boolean":
		return "false"
	case kind.Name == "String", kind.Name == "ID":
		return `"../nope"`
	case kind.Name == "Time":
		return `"2020-01-01T00:00:00Z"`
	}
	return "{}"
}

// ranks order the roles; who has an account and no role is "loggedIn".
var ranks = map[string]int{"": 0, "loggedIn": 0, "VIEWER": 1, "OPERATOR": 2, "ADMIN": 3}

// Every root field refuses every kind of caller who has no business with it.
func TestEveryRootFieldRefusesWhoMayNot(t *testing.T) {
	server := onRealLXD(t)
	admin, project := server.login(t), newProject(t, "true")
	callers := map[string]struct{ token, role string }{"none": {"", ""}, "no role": {server.account(t, admin, "without", ""), "loggedIn"}}
	readOnly := server.createToken(t, admin, "readOnly: true")
	callers["ADMIN"], callers["read-only"] = struct{ token, role string }{admin, "ADMIN"}, struct{ token, role string }{readOnly, "ADMIN"}
	for _, role := range []string{"VIEWER", "OPERATOR", "ADMIN"} {
		if role != "ADMIN" {
			callers[role] = struct{ token, role string }{server.account(t, admin, strings.ToLower(role), role), role}
		}
		name := strings.ToLower(role) + "-of-one"
		token := server.account(t, admin, name, "")
		server.grant(t, admin, name, project, role)
		callers[role+" of one project"] = struct{ token, role string }{token, role}
	}
	for _, gone := range []string{"disabled", "revoked", "expired"} {
		token := server.account(t, admin, gone, "OPERATOR")
		switch gone {
		case "disabled":
			server.must(t, admin, `mutation { updateUser(username: "disabled", input: {disabled: true}) { user { id } } }`, nil)
		case "revoked":
			server.must(t, token, `mutation { logout { deletedId } }`, nil)
		case "expired":
			token = server.createToken(t, token, `expiresAt: "`+time.Now().Add(2*time.Second).UTC().Format(time.RFC3339Nano)+`"`)
			time.Sleep(2 * time.Second)
		}
		callers[gone] = struct{ token, role string }{token, ""}
	}
	schema := server.schema(t)
	for root, operation := range map[*ast.Definition]string{schema.Query: "query", schema.Mutation: "mutation", schema.Subscription: "subscription"} {
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			name := root.Name + "." + field.Name
			role, known := rootFields[name]
			if !known {
				t.Errorf("%s has no row in rootFields", name)
			}
			if directive := field.Directives.ForName("hasRole"); directive != nil && directive.Arguments.ForName("role").Value.Raw != role {
				t.Errorf("%s is for %s, and the table says %s", name, directive.Arguments.ForName("role").Value.Raw, role)
			}
			if (role == "loggedIn") != (field.Directives.ForName("loggedIn") != nil) {
				t.Errorf("%s is not for whom the table says: %s", name, role)
			}
			if role == "public" {
				continue
			}
			text := question(schema, operation, field)
			for who, caller := range callers {
				if operation == "subscription" && caller.role != "" {
					if ranks[caller.role] < ranks[role] { // over HTTP without a stream nobody gets as far as to be refused
						wantEnd(t, server.stream(t, caller.token, strings.ReplaceAll(text, `"`, `\"`)), "FORBIDDEN")
					}
					continue
				}
				want, status := "", http.StatusOK
				switch {
				case caller.role != "" && takesUpload(schema, field):
					continue // it takes a file beside the question: its own story asks with one
				case caller.role == "":
					want, status = "UNAUTHENTICATED", http.StatusUnauthorized
				case ranks[caller.role] < ranks[role], who == "ADMIN of one project" && role == "ADMIN" && !ofSingleProjects[name]:
					want = "FORBIDDEN"
				case who == "read-only" && (operation == "mutation" || role == "ADMIN" && !toldToReaders[name]):
					want = "FORBIDDEN"
				case who == "ADMIN of one project" && role == "ADMIN":
					want = "NOT_FOUND"
				case operation != "query":
					continue // what may be done is told by its own story
				}
				got := server.ask(t, caller.token, text, nil)
				if got.Status != status || (want != "" && got.code() != want) || (want == "" && slices.Contains([]string{"UNAUTHENTICATED", "FORBIDDEN", "INTERNAL", "GRAPHQL_VALIDATION_FAILED"}, got.code())) {
					t.Errorf("%s asks %s: want %q: HTTP %d %s", who, text, want, got.Status, got.Text)
				}
			}
		}
	}
}

// takesUpload reports whether a field cannot be asked without a file.
func takesUpload(schema *ast.Schema, field *ast.FieldDefinition) bool {
	return slices.ContainsFunc(field.Arguments, func(argument *ast.ArgumentDefinition) bool {
		kind := schema.Types[argument.Type.Name()]
		return slices.ContainsFunc(kind.Fields, func(f *ast.FieldDefinition) bool { return f.Type.Name() == "Upload" && f.Type.NonNull })
	})
}

func (s *running) schema(t *testing.T) *ast.Schema {
	t.Helper()
	response, err := http.Get(s.url + "/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	schema, problem := gqlparser.LoadSchema(&ast.Source{Input: string(text)})
	if problem != nil {
		t.Fatal(problem)
	}
	return schema
}
