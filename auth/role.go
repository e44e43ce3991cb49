package auth

import (
	"fmt"
	"io"
	"strconv"
)

// Role is what a caller may do, globally or in one project. Each role may do
// all that the one before may; the zero Role may do nothing.
type Role string

// The roles, from the least to the most.
const (
	// RoleViewer reads and subscribes.
	RoleViewer Role = "VIEWER"
	// RoleOperator also creates, changes, runs and deletes instances and what is theirs.
	RoleOperator Role = "OPERATOR"
	// RoleAdmin may do everything; only globally does it reach the server and the host.
	RoleAdmin Role = "ADMIN"
)

// rank orders the roles; 0 is no role at all.
func (r Role) rank() int {
	switch r {
	case RoleViewer:
		return 1
	case RoleOperator:
		return 2
	case RoleAdmin:
		return 3
	}
	return 0
}

// AtLeast says whether r may do all that other may. It is false when either
// is not a role, so that a misspelt demand lets nobody in.
func (r Role) AtLeast(other Role) bool {
	return other.rank() > 0 && r.rank() >= other.rank()
}

// MarshalGQL writes the role as a GraphQL enum value.
func (r Role) MarshalGQL(w io.Writer) {
	// The writer is gqlgen's response buffer, which never fails.
	_, _ = io.WriteString(w, strconv.Quote(string(r)))
}

// UnmarshalGQL reads a GraphQL enum value; anything but a role is an error.
func (r *Role) UnmarshalGQL(value any) error {
	name, isString := value.(string)
	if !isString || Role(name).rank() == 0 {
		return fmt.Errorf("%v is not a role: say %s, %s or %s", value, RoleViewer, RoleOperator, RoleAdmin)
	}
	*r = Role(name)
	return nil
}
