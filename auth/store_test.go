package auth_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
)

// memory is a Store in a few maps. It keeps values, not pointers, as a
// database does.
type memory struct {
	mutex    sync.Mutex
	lastID   int64
	users    map[int64]auth.User
	sessions map[string]auth.Session
	tokens   map[string]auth.ApiToken
	settings map[string]string
	failures map[string]failed
	made     map[string]time.Time
	// generation counts the changes.
	generation int64
	// down, when set, is what every method fails with.
	down error
}

type failed struct {
	count int
	at    time.Time
}

func newMemory() *memory {
	return &memory{users: map[int64]auth.User{}, sessions: map[string]auth.Session{}, tokens: map[string]auth.ApiToken{}, settings: map[string]string{}, failures: map[string]failed{}}
}

func (m *memory) HasUsers(context.Context) (bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return len(m.users) > 0, m.down
}

func (m *memory) AddUser(ctx context.Context, user *auth.User) error {
	if _, err := m.UserByName(ctx, user.Username); err == nil {
		return auth.ErrUserExists
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.lastID++
	user.ID = m.lastID
	m.users[user.ID] = *user
	return m.down
}

func (m *memory) UserByName(_ context.Context, username string) (*auth.User, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, user := range m.users {
		if user.Username == username {
			return &user, m.down
		}
	}
	return nil, errors.Join(auth.ErrNotFound, m.down)
}

func (m *memory) User(_ context.Context, id int64) (*auth.User, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if user, known := m.users[id]; known {
		return &user, m.down
	}
	return nil, errors.Join(auth.ErrNotFound, m.down)
}

func (m *memory) Users(context.Context) ([]*auth.User, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var users []*auth.User
	for _, user := range m.users {
		users = append(users, &user)
	}
	return users, m.down
}

// ChangeUser leaves names and the last ADMIN to the real store.
func (m *memory) ChangeUser(ctx context.Context, username string, change func(*auth.User) error) (*auth.User, error) {
	user, err := m.UserByName(ctx, username)
	if err != nil {
		return nil, err
	}
	if err := change(user); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.users[user.ID] = *user
	m.generation++
	return user, nil
}

func (m *memory) DeleteUser(ctx context.Context, username string) (*auth.User, error) {
	user, err := m.UserByName(ctx, username)
	if err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.users, user.ID)
	m.generation++
	return user, nil
}

func (m *memory) Generation(context.Context) (int64, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.generation, m.down
}

func (m *memory) EndSessions(_ context.Context, userID int64, kept string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for id, session := range m.sessions {
		if session.UserID == userID && id != kept {
			delete(m.sessions, id)
		}
	}
	m.generation++
	return m.down
}

func (m *memory) AddSession(_ context.Context, session *auth.Session) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.sessions[session.ID] = *session
	return m.down
}

func (m *memory) Session(_ context.Context, id string) (*auth.Session, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.down != nil {
		return nil, m.down
	}
	session, known := m.sessions[id]
	user, exists := m.users[session.UserID]
	if !known || !exists || !session.ExpiresAt.After(time.Now()) {
		return nil, auth.ErrNotFound
	}
	session.User = &user
	return &session, nil
}

func (m *memory) RotateSession(_ context.Context, id, from, to string, expiresAt time.Time) (bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	session, known := m.sessions[id]
	if !known || session.RefreshTokenID != from {
		return false, m.down
	}
	session.RefreshTokenID, session.ExpiresAt = to, expiresAt
	m.sessions[id] = session
	return true, m.down
}

func (m *memory) ExtendSession(_ context.Context, id string, expiresAt time.Time) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	session := m.sessions[id]
	session.ExpiresAt = expiresAt
	m.sessions[id] = session
	return m.down
}

func (m *memory) EndSession(ctx context.Context, id string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.sessions, id)
	m.generation++
	return errors.Join(ctx.Err(), m.down)
}

func (m *memory) PruneSessions(_ context.Context, before time.Time) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for id, session := range m.sessions {
		if session.ExpiresAt.Before(before) {
			delete(m.sessions, id)
		}
	}
	return m.down
}

func (m *memory) AddToken(_ context.Context, token *auth.ApiToken) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, other := range m.tokens {
		if other.Hash == token.Hash {
			return auth.ErrTokenExists
		}
	}
	m.tokens[token.ID] = *token
	return m.down
}

func (m *memory) Token(_ context.Context, id string) (*auth.ApiToken, error) {
	return m.tokenWhere(func(token auth.ApiToken) bool { return token.ID == id })
}

func (m *memory) TokenByHash(_ context.Context, hash string) (*auth.ApiToken, error) {
	return m.tokenWhere(func(token auth.ApiToken) bool { return token.Hash == hash })
}

func (m *memory) tokenWhere(fits func(auth.ApiToken) bool) (*auth.ApiToken, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, token := range m.tokens {
		user, known := m.users[token.UserID]
		if token.User = &user; fits(token) && known {
			return &token, m.down
		}
	}
	return nil, errors.Join(auth.ErrNotFound, m.down)
}

func (m *memory) Tokens(_ context.Context, userID int64) ([]*auth.ApiToken, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var tokens []*auth.ApiToken
	for _, token := range m.tokens {
		if userID == 0 || token.UserID == userID {
			tokens = append(tokens, &token)
		}
	}
	return tokens, m.down
}

func (m *memory) RevokeToken(_ context.Context, id string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if _, known := m.tokens[id]; !known {
		return auth.ErrNotFound
	}
	delete(m.tokens, id)
	m.generation++
	return m.down
}

func (m *memory) TouchToken(_ context.Context, id string, at time.Time) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	token := m.tokens[id]
	token.LastUsedAt = &at
	m.tokens[id] = token
	return m.down
}

func (m *memory) Sessions(_ context.Context, userID int64) ([]*auth.Session, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var sessions []*auth.Session
	for _, session := range m.sessions {
		if userID == 0 || session.UserID == userID {
			sessions = append(sessions, &session)
		}
	}
	return sessions, m.down
}

func (m *memory) RotateSetting(_ context.Context, key, previous, value string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.settings[previous], m.settings[key] = m.settings[key], value
	m.generation++
	return m.down
}

func (m *memory) SettingOr(_ context.Context, key, value string) (string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if kept, known := m.settings[key]; known {
		return kept, m.down
	}
	m.settings[key] = value
	return value, m.down
}

func (m *memory) Failures(_ context.Context, keys []string, within time.Duration) (map[string]auth.Failures, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	found := map[string]auth.Failures{}
	for _, key := range keys {
		if one, known := m.failures[key]; known && time.Since(one.at) <= within {
			found[key] = auth.Failures{Count: one.count, Ago: time.Since(one.at)}
		}
	}
	return found, m.down
}

func (m *memory) AddFailures(ctx context.Context, keys []string, _ time.Duration) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, key := range keys {
		m.failures[key] = failed{m.failures[key].count + 1, time.Now()}
	}
	return errors.Join(ctx.Err(), m.down)
}

func (m *memory) ForgetFailures(ctx context.Context, key string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.failures, key)
	return errors.Join(ctx.Err(), m.down)
}

// theSecret signs the tokens of all tests.
const theSecret = "5d41402abc4b2a76b9719d911017c592ae2b1c0f"

const thePassword = "correct horse"

// withUser returns a service that knows the user "ann", an OPERATOR.
func withUser(t *testing.T, options auth.Options) (*auth.Service, *memory) {
	t.Helper()
	store := newMemory()
	options.Secret = []byte(theSecret)
	service := auth.New(store, options)
	role := auth.RoleOperator
	if _, err := service.CreateUser(t.Context(), "ann", thePassword, &role); err != nil {
		t.Fatal(err)
	}
	return service, store
}

func logIn(t *testing.T, service *auth.Service) *auth.AuthPayload {
	t.Helper()
	payload, err := service.Login(t.Context(), "ann", thePassword)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// refused fails the test unless err is the wanted refusal.
func refused(t *testing.T, err, wanted error) {
	t.Helper()
	if !errors.Is(err, wanted) {
		t.Errorf("got the error %v, want %v", err, wanted)
	}
}

func (m *memory) GrantedProjects(context.Context) (names []string, err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, user := range m.users {
		for _, grant := range user.Grants {
			names = append(names, grant.ProjectName)
		}
	}
	return names, m.down
}

func (m *memory) AddMade(_ context.Context, name string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.made == nil {
		m.made = map[string]time.Time{}
	}
	m.made[name] = time.Now()
	return m.down
}

func (m *memory) Made(_ context.Context, name string, within time.Duration) (bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	at, ok := m.made[name]
	return ok && time.Since(at) <= within, m.down
}

func (m *memory) MoveProject(_ context.Context, name, newName string) (changed bool, err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for id, user := range m.users {
		var grants []*auth.Grant
		for _, grant := range user.Grants {
			if grant.ProjectName != name {
				grants = append(grants, grant)
				continue
			}
			changed = true
			if newName != "" {
				grants = append(grants, &auth.Grant{ProjectName: newName, Role: grant.Role})
			}
		}
		user.Grants = grants
		m.users[id] = user
	}
	m.generation++
	return changed, m.down
}
