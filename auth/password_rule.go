package auth

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// shortestPassword is in characters, longestPassword in bytes.
	shortestPassword = 12
	longestPassword  = 256
)

// commonest are what is tried first: words and phrases, in lower case, one a line.
//
//go:embed commonest_passwords.txt
var commonest string

// checkPassword refuses what would be guessed. Digits and signs after a word do
// not make it another word, and neither does writing it twice.
func checkPassword(username, password string) error {
	if count := utf8.RuneCountInString(password); count < shortestPassword || len(password) > longestPassword {
		return &InputError{"password", fmt.Sprintf("must be at least %d characters and at most %d bytes long", shortestPassword, longestPassword)}
	}
	bare := strings.ToLower(password)
	word := strings.TrimRight(bare, "0123456789!?.,-_#$%&*+@ ")
	name := strings.ToLower(username)
	for _, candidate := range []string{bare, word} {
		if once := half(candidate); once == name || candidate == name || isCommon(candidate) || isCommon(once) {
			return &InputError{"password", "is one of those that are tried first: take several words that do not belong together"}
		}
	}
	return nil
}

// isCommon says whether a password is in the list, or repeats a few characters.
func isCommon(password string) bool {
	different := map[rune]bool{}
	for _, char := range password {
		different[char] = true
	}
	return len(different) <= 2 || strings.Contains("\n"+commonest, "\n"+password+"\n")
}

// half is what stands in a text twice, or the text.
func half(text string) string {
	if first := text[:len(text)/2]; first+first == text {
		return first
	}
	return text
}
