package auth

import (
	"encoding/json"
	"maps"
	"slices"
)

// rights are all of an identity that decides what it may see and do, and nothing
// that says who it is. What is added to an identity is added here, or its test
// fails.
type rights struct {
	Role   *Role
	Grants map[string]Role
	Token  *tokenRights
}

// tokenRights is what an API token takes from its user's rights.
type tokenRights struct {
	Role     *Role
	Projects []string
	ReadOnly bool
}

// Rights are what decides about the caller, and nothing that says who it is:
// equal texts are equal rights. Bare is an identity that has been made of that
// text alone, so what is asked as it is the same for all who have these rights.
// An anonymous caller has none: "" and nil.
func (i *Identity) Rights() (text string, bare *Identity) {
	if i == nil || i.User == nil {
		return "", nil
	}
	has := rights{Role: i.User.Role, Grants: i.Grants}
	if i.Token != nil {
		has.Token = &tokenRights{Role: i.Token.Role, ReadOnly: i.Token.ReadOnly}
		if i.Token.Projects != nil { // none is not the same as all
			has.Token.Projects = slices.Compact(slices.Sorted(slices.Values(i.Token.Projects)))
			if has.Token.Projects == nil {
				has.Token.Projects = []string{}
			}
		}
	}
	data, err := json.Marshal(has) // maps are in order
	if err != nil {
		return "", nil
	}
	return string(data), bareOf(data)
}

// bareOf is the identity of rights: nobody in particular, who has them.
func bareOf(data []byte) *Identity {
	var has rights
	if json.Unmarshal(data, &has) != nil {
		return nil
	}
	bare := &Identity{User: &User{Role: has.Role}, Grants: has.Grants}
	for _, project := range slices.Sorted(maps.Keys(has.Grants)) {
		bare.User.Grants = append(bare.User.Grants, &Grant{project, has.Grants[project]})
	}
	if has.Token != nil {
		bare.Token = &ApiToken{Role: has.Token.Role, Projects: has.Token.Projects, ReadOnly: has.Token.ReadOnly}
	}
	return bare
}
