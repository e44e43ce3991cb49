package lxdsim

import "net/http"

// createCertificateToken starts the one kind of operation of LXD 5.0.2 that
// runs until it is cancelled: the offer of a trust token.
func (s *Server) createCertificateToken(r *request) (answer, error) {
	var body struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		Token bool   `json:"token"`
	}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if !body.Token {
		return answer{}, failure(http.StatusNotImplemented, "not implemented")
	}
	if body.Type != "client" {
		return answer{}, failure(http.StatusBadRequest, "Tokens can only be issued for client certificates")
	}
	metadata := map[string]any{
		"addresses": []string{httpsAddress}, "fingerprint": s.randomHex(64), "secret": s.randomHex(64),
		"request": map[string]any{
			"name": body.Name, "type": body.Type, "restricted": false, "projects": []string{},
			"certificate": "", "password": "", "token": true,
		},
	}
	return answer{operation: s.startToken(r.project, metadata)}, nil
}
