// Package auth says who a caller is and what they may do: users, roles,
// passwords, tokens and sessions, and the directives @hasRole, @loggedIn and @public.
//
// It knows neither SQL nor LXD. What it has to remember goes through [Store],
// which package db implements; what it grants goes out as an [Identity], whose
// Allows method the LXD client asks before it touches an object.
//
// A log-in opens a session and gives two tokens, both HS256 JWTs. The access
// token goes with every request. The refresh token works once: it is exchanged
// for the next pair, and using it again ends the session, because two parties
// then hold a token that only one was given. The tokens name a user and a
// session and nothing else; the role is read from the store each time, so that
// a change of rights holds from the next request on.
package auth
