package crypto_test

import (
	"strings"
	"testing"

	"sportello/crypto"
)

func TestPassphraseBits(t *testing.T) {
	six := "abaco-fune-lingua-notare-rumine-sedano"
	low := []string{
		"", "-", six, six + "-abaco", six + " abaco abaco", strings.Repeat("abaco ", 40), strings.Repeat("abaco", 40),
		"password", strings.Repeat("password ", 30), strings.Repeat("password", 30), strings.Repeat("p4ssw0rd!", 20), "password1 password2 password3 password4 password5 password6 password7",
		"12345678901234567890123456789012345678901234567890", "0987654321", "3141592653589793238462643383279502884197", "01-01-1980 02-03-1975 333-1234567 00186",
		"qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn", "asdfghjkl;asdfghjkl;", "zxcvbnm,.-zxcvbnm,.-", "abcdefghijklmnopqrstuvwxyz0123456789",
		strings.Repeat("a", 1000), strings.Repeat("ab", 500), strings.Repeat("!", 300), "Sup3rC4lifr4gilistich3spir4lidoso!",
		"nel mezzo del cammin di nostra vita", "Maria1980!", "Montagna2024!Montagna2024!", "io amo il mare e la montagna",
	}
	for _, s := range low {
		if got := crypto.PassphraseBits(s); got >= 70 {
			t.Errorf("%.40q has %.1f bits, want less than 70", s, got)
		}
	}
	if got := crypto.PassphraseBits(six); got != 66 {
		t.Errorf("six words have %v bits, want 66", got)
	}
	seven := six + "-zulu"
	for _, s := range []string{seven, strings.ToUpper(seven), strings.ReplaceAll(seven, "-", "  ")} {
		if got := crypto.PassphraseBits(s); got < 77 {
			t.Errorf("%q has %v bits, want at least 77", s, got)
		}
	}
	if got := crypto.PassphraseBits("x7#kq9!mz2vw$p8rt4&yh6*bd3@fn5?gc"); got < 70 {
		t.Errorf("a long random string has %v bits", got)
	}
}

func TestGeneratedPassphraseIsAccepted(t *testing.T) {
	for range 500 {
		s := string(crypto.NewPassphrase())
		if got := crypto.PassphraseBits(s); got != 77 {
			t.Errorf("a generated passphrase has %v bits", got)
		}
		if crypto.NormalisePassphrase(s) != s {
			t.Error("a generated passphrase is not in its normal form")
		}
	}
}

func TestTypedPassphraseIsNormalised(t *testing.T) {
	for _, typed := range []string{
		"abaco-fune", " Abaco  Fune ", "ABACO\u2014FUNE", "abaco\u00a0fune\n", "abaco - fune", "-abaco--fune-", "\uff41baco\u2010fune",
	} {
		if got := crypto.NormalisePassphrase(typed); got != "abaco-fune" {
			t.Errorf("%q becomes %q", typed, got)
		}
	}
	if crypto.NormalisePassphrase("perche\u0301") != crypto.NormalisePassphrase("PERCH\u00c9") {
		t.Error("two ways to type an accent differ")
	}
}

func TestCodesAreReadBack(t *testing.T) {
	for range 200 {
		for _, code := range []string{string(crypto.NewRecoveryCode()), string(crypto.NewToken())} {
			if letters := strings.ReplaceAll(code, "-", ""); len(letters) != 26 {
				t.Errorf("%d letters, want 26: 130 bits", len(letters))
			}
			for _, typed := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", " "), strings.ReplaceAll(strings.ReplaceAll(code, "O", "0"), "I", "1")} {
				if got := crypto.NormaliseCode(typed); string(got) != code {
					t.Error("a typed code is read as another")
				}
			}
		}
	}
	for _, typed := range []string{"", "ABC9", "ABC;", "ABC\n", "ÀBC"} {
		if crypto.NormaliseCode(typed) != "" {
			t.Errorf("%q is read as a code", typed)
		}
	}
}

func TestIDsAndSaltsAreRandom(t *testing.T) {
	if id := crypto.NewID(); len(id) != 26 || id == crypto.NewID() {
		t.Errorf("id %q", id)
	}
	if salt := crypto.NewSalt(); len(salt) != 16 || string(salt) == string(crypto.NewSalt()) {
		t.Error("salts repeat")
	}
}
