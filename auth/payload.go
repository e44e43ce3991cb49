package auth

// UserPayload is what a change of a user gives.
type UserPayload struct {
	// User is the user after the change.
	User *User
}

// GraphQL has a type for each change.
type (
	// CreateUserPayload is what createUser gives.
	CreateUserPayload = UserPayload
	// UpdateUserPayload is what updateUser gives.
	UpdateUserPayload = UserPayload
	// SetPasswordPayload is what setPassword gives.
	SetPasswordPayload = UserPayload
	// GrantRolePayload is what grantRole gives.
	GrantRolePayload = UserPayload
	// RevokeRolePayload is what revokeRole gives.
	RevokeRolePayload = UserPayload
)

// DeleteUserPayload is what deleteUser gives.
type DeleteUserPayload struct {
	// DeletedID is the id that the user had.
	DeletedID *string
}

// CreateApiTokenPayload is what createApiToken gives.
type CreateApiTokenPayload struct {
	// ApiToken is the token without its text.
	ApiToken *ApiToken
	// Token is the text, which is kept nowhere.
	Token *string
}

// RevokeApiTokenPayload is what revokeApiToken gives.
type RevokeApiTokenPayload struct {
	// DeletedID is the id that the token had.
	DeletedID *string
}

// LogoutPayload is what logout gives.
type LogoutPayload struct {
	// DeletedID is the id that the session had.
	DeletedID *string
}

// RevokeSessionPayload is what revokeSession gives.
type RevokeSessionPayload struct {
	// DeletedID is the id that the session had.
	DeletedID *string
}
