package accounts

import (
	"errors"
	"testing"
)

func TestCodeIsReadAsItIsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"123456": "123456", "123 456": "123456", "123\u00a0456": "123456", "123-456": "123456", " 1 2 3 4 5 6 ": "123456",
		"\uff11\uff12\uff13\uff14\uff15\uff16": "123456", "٠١٢٣٤٥": "012345", "۶۷۸۹۰۱": "678901", "১২৩৪৫৬": "123456", "\U0001d7ce\U0001d7cf2345": "012345",
		"\ufeff123\u200b456": "123456", "000000": "000000",
		"": "", "12345": "", "1234567": "", "12a456": "", "123456a": "", "12345²": "", "½23456": "", "一二三四五六": "", "\xff123456": "",
	} {
		got, err := typedCode(typed)
		if got != want || (want == "") != (err != nil) {
			t.Errorf("%q is read as %q, %v", typed, got, err)
		}
		if err != nil && (!errors.Is(err, ErrNotACode) || !errors.Is(err, ErrSignIn)) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}
