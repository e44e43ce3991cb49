package auth_test

import (
	"context"
	"errors"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

// A caller can take long from its header to the end of its question: what it
// opens with rights that it has lost meanwhile ends at once.
func TestWhatIsOpenedTooLateEnds(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	viewer := auth.RoleViewer
	for name, c := range map[string]struct {
		lose func(*auth.Identity)
		want error
	}{
		"nothing": {func(*auth.Identity) {}, nil},
		"rights": {func(*auth.Identity) {
			narrowed := store.users[1]
			narrowed.Role = &viewer
			store.users[1] = narrowed
		}, auth.ErrRightsTaken},
		"session": {func(one *auth.Identity) { _ = store.EndSession(t.Context(), one.SessionID) }, auth.ErrUnauthenticated},
	} {
		operator := auth.RoleOperator
		before := store.users[1]
		before.Role = &operator
		store.users[1] = before
		identity, err := service.Authenticate(t.Context(), logIn(t, service).AccessToken)
		if err != nil {
			t.Fatal(err)
		}
		c.lose(identity)
		watched, release := service.Watch(t.Context(), identity)
		if got := context.Cause(watched); !errors.Is(got, c.want) {
			t.Errorf("%s: it is open, or has ended with %v; want %v", name, got, c.want)
		}
		release()
	}
}
