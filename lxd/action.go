package lxd

// Action is what can be done to an object. It is one set for all kinds, because
// GraphQL refuses a question about several kinds whose fields of one name differ
// in type; which of them a kind has stands beside its own constants.
type Action string
