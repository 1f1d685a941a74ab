package crypto_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"log/slog"
	"strings"
	"testing"

	"sportello/crypto"
)

// spellings are the ways in which bytes could show.
func spellings(secret []byte) []string {
	return []string{
		string(secret), fmt.Sprintf("%q", secret), hex.EncodeToString(secret[:8]), fmt.Sprintf("%X", secret[:8]),
		strings.Trim(fmt.Sprint(secret[:6]), "[]"), strings.ReplaceAll(strings.Trim(fmt.Sprint(secret[:6]), "[]"), " ", ", "),
		strings.Trim(fmt.Sprintf("%#v", secret[:4]), "[]byte{}"), base64.StdEncoding.EncodeToString(secret)[:20],
	}
}

type holder struct {
	Public any
	Map    map[string]any
	List   []any
}

type hiddenHolder struct {
	key      crypto.Key
	identity crypto.Identity
	pepper   crypto.Pepper
}

func TestSecretsDoNotPrint(t *testing.T) {
	k, id, p, s := crypto.NewKey(), newIdentity(t), crypto.NewPepper(), crypto.NewPassphrase()
	values := []struct {
		name   string
		secret []byte
		value  any
	}{
		{"key", k.Bytes(), k}, {"pointer to a key", k.Bytes(), &k},
		{"identity", []byte(string(id.Secret())), id}, {"pointer to an identity", []byte(string(id.Secret())), &id},
		{"pepper", p.Bytes(), p},
		{"secret", []byte(string(s)), s}, {"pointer to a secret", []byte(string(s)), &s},
		{"secret of an identity", []byte(string(id.Secret())), id.Secret()},
	}
	for _, v := range values {
		for _, shape := range []any{v.value, holder{v.value, map[string]any{"m": v.value}, []any{v.value}}} {
			for how, shown := range prints(t, shape) {
				refuseSpellings(t, v.name+" by "+how, shown, v.secret)
			}
		}
	}
}

func refuseSpellings(t *testing.T, what, shown string, secret []byte) {
	t.Helper()
	for _, spelling := range spellings(secret) {
		if strings.Contains(shown, spelling) {
			t.Errorf("%s shows itself", what)
		}
	}
}

// prints shows a value in every way that a program might by mistake.
func prints(t *testing.T, v any) map[string]string {
	t.Helper()
	shown := map[string]string{"Sprint": fmt.Sprint(v), "Errorf": fmt.Errorf("%v", v).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%b", "%o", "%c", "%U", "%e", "%t", "%10.5s", "extra"} {
		shown[verb] = fmt.Sprintf(verb, v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	shown["json"] = string(text)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", v)
	shown["slog"] = log.String()
	var page bytes.Buffer
	if err := template.Must(template.New("").Parse(`<p title="{{.}}">{{.}}<script>{{.}}</script>`)).Execute(&page, v); err != nil {
		t.Fatal(err)
	}
	shown["template"] = page.String()
	return shown
}

// TestHiddenKeysDoNotPrint: fmt prints unexported fields without asking them,
// and so it does under %p.
func TestHiddenKeysDoNotPrint(t *testing.T) {
	h := hiddenHolder{crypto.NewKey(), newIdentity(t), crypto.NewPepper()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%p"} {
		for _, v := range []any{h, &h, []hiddenHolder{h}, h.key, h.identity, h.pepper} {
			shown := fmt.Sprintf(verb, v)
			for _, secret := range [][]byte{h.key.Bytes(), []byte(string(h.identity.Secret())), h.pepper.Bytes()} {
				refuseSpellings(t, "a hidden key by "+verb, shown, secret)
			}
		}
	}
}

func TestSecretIsNotStored(t *testing.T) {
	if v, err := crypto.NewToken().Value(); err == nil || v != nil {
		t.Error("a secret can be stored")
	}
}
