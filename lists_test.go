package main

import (
	"strings"
	"testing"

	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/page"
	gql "github.com/vektah/gqlparser/v2/ast"
)

// kinds are the tables of all lists, by their GraphQL type.
var kinds = map[string]interface {
	Orders(field string) bool
	Chooses(name string) bool
}{
	"Image": page.Images, "ImageAlias": page.ImageAliases, "RemoteImage": page.RemoteImages, "Instance": page.Instances, "Operation": page.Operations,
	"Certificate": page.Certificates, "ClusterMember": page.ClusterMembers, "Warning": page.Warnings,
	"Network": page.Networks, "NetworkAcl": page.NetworkAcls, "NetworkZone": page.NetworkZones,
	"Profile": page.Profiles, "Project": page.Projects,
	"User": page.Users, "ApiToken": page.ApiTokens, "Session": page.Sessions,
	"StorageBucket": page.StorageBuckets, "StoragePool": page.StoragePools, "StorageVolume": page.StorageVolumes,
}

// What the schema says a list can be ordered and chosen by, its table has: or
// else the first who asks for it finds out.
func TestEveryListHasWhatItsSchemaPromises(t *testing.T) {
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for name, definition := range schema.Types {
		if kind, ok := strings.CutSuffix(name, "OrderField"); ok {
			for _, value := range definition.EnumValues {
				if kinds[kind] == nil || !kinds[kind].Orders(value.Name) {
					t.Errorf("%s cannot be ordered by %s", kind, value.Name)
				}
			}
		}
		if kind, ok := strings.CutSuffix(name, "Where"); ok && definition.Fields.ForName("and") != nil {
			chooses(t, schema, kind, definition, "")
		}
	}
}

// chooses looks at a condition's fields, and below those that are objects of
// conditions themselves.
func chooses(t *testing.T, schema *gql.Schema, kind string, definition *gql.Definition, at string) {
	t.Helper()
	for _, field := range definition.Fields {
		if field.Name == "and" || field.Name == "or" || field.Name == "not" {
			continue
		}
		name := at + field.Name
		if kinds[kind] != nil && kinds[kind].Chooses(name) {
			continue
		}
		inner := schema.Types[field.Type.Name()]
		if inner == nil || inner.Fields.ForName("equals") != nil || inner.Fields.ForName("contains") != nil {
			t.Errorf("%s cannot be chosen by %s", kind, name)
			continue
		}
		chooses(t, schema, kind, inner, name+".")
	}
}
