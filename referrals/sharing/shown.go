package sharing

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sportello/crypto"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// Marks bind an authorisation to what she was shown: a mark for each item, by
// its code. A mark is a MAC under a key of the case, so that the authorisation
// holds no copy of the content: what is forgotten in the case is forgotten here,
// and a mark of who she is says nothing once the identity's secret is gone.
type Marks map[string]Mark

// Mark is one item's MAC and the version of the case key it was made under: a
// key that was drawn since does not change what she was shown.
type Mark struct {
	Version int64  `json:"version"`
	MAC     []byte `json:"mac"`
}

// Changed names the items of an authorisation that are not what she was shown
// any more. It is an ErrChanged.
type Changed struct{ Items []string }

// ErrChanged says that something changed since she was shown it.
var ErrChanged = errors.New("what she was shown has changed since")

func (*Changed) Error() string { return ErrChanged.Error() }

// Is makes every Changed an ErrChanged.
func (*Changed) Is(target error) bool { return target == ErrChanged }

// identityItems are marked under the identity's own secret.
var identityItems = typed.Codes("name", "surname", "born")

// Lines are the marks as a form carries them.
func (s Marks) Lines() []string {
	var lines []string
	for _, code := range Fields {
		if m, ok := s[code]; ok {
			lines = append(lines, fmt.Sprintf("%s:%d:%s", code, m.Version, base64.RawURLEncoding.EncodeToString(m.MAC)))
		}
	}
	return lines
}

// ReadMarks reads Lines. A line that is none marks nothing, so that its item
// counts as changed.
func ReadMarks(lines []string) Marks {
	s := Marks{}
	for _, line := range lines {
		parts := strings.Split(line, ":")
		if len(parts) != 3 {
			continue
		}
		version, err := strconv.ParseInt(parts[1], 10, 64)
		mac, bad := base64.RawURLEncoding.DecodeString(parts[2])
		if err == nil && bad == nil {
			s[parts[0]] = Mark{version, mac}
		}
	}
	return s
}

// marker marks what a case holds now.
type marker struct {
	reader kept.Reader
	c      *kept.File
	id     *cases.Identity
	secret []byte // of the identity; of the case where she has none
	all    map[string]PackageField
	keys   map[int64]crypto.Key
}

func newMarker(r kept.Reader, c *kept.File) (*marker, error) {
	if err := c.ReadTold(); err != nil {
		return nil, err
	}
	id, secret, err := cases.IdentityAndSecret(r, c)
	if err != nil {
		return nil, err
	}
	if id == nil {
		secret = c.Secret
	}
	return &marker{reader: r, c: c, id: id, secret: secret, all: content(c, id), keys: map[int64]crypto.Key{}}, nil
}

// mark marks an item as it is now, under the case key of a version.
func (m *marker) mark(code string, version int64) (Mark, error) {
	if version < 1 || version > m.c.Row.KeyVersion {
		return Mark{}, nil // a mark of no key equals none
	}
	key, ok := m.keys[version]
	if !ok {
		var err error
		if key, err = m.c.KeyAt(m.reader, version); err != nil {
			return Mark{}, err
		}
		m.keys[version] = key
	}
	secret := m.c.Secret
	if identityItems[code] {
		secret = m.secret
	}
	parts := [][]byte{[]byte(m.c.Row.ID), []byte(code)}
	if rule.IsItem[code] {
		rule, err := json.Marshal(rule.For(m.c.Safe, false, []string{code}))
		if err != nil {
			return Mark{}, fmt.Errorf("encoding a rule: %w", err)
		}
		parts = append(parts, rule)
	} else {
		parts = append(parts, []byte(m.all[code].Value))
		for _, v := range m.all[code].Values {
			parts = append(parts, []byte(v))
		}
	}
	mac := key.Derive(crypto.LabelShown, secret).MAC(crypto.LabelShown, parts...)
	return Mark{version, mac[:]}, nil
}

// marks marks items as they are now, under the newest case key.
func (m *marker) marks(items []string) (Marks, error) {
	s := Marks{}
	for _, code := range items {
		mark, err := m.mark(code, m.c.Row.KeyVersion)
		if err != nil {
			return nil, err
		}
		s[code] = mark
	}
	return s, nil
}

// changed are those of some items that are not, or no longer, what was marked.
func (m *marker) changed(items []string, seen Marks) ([]string, error) {
	var list []string
	for _, code := range items {
		now, err := m.mark(code, seen[code].Version)
		if err != nil {
			return nil, err
		}
		if len(now.MAC) == 0 || subtle.ConstantTimeCompare(now.MAC, seen[code].MAC) != 1 {
			list = append(list, code)
		}
	}
	return list, nil
}

// items are what an authorisation lets a centre see.
func (a *Authorisation) items() []string {
	return slices.DeleteFunc(slices.Clone(a.Fields), func(code string) bool {
		return a.DeskOnly && rule.IsItem[code] && code != rule.ItemCodeWord
	})
}

// bind checks an authorisation against what the case holds now. Whoever brings
// no marks, not even an empty list, has read the case in the same breath: then
// what it holds now is what she was shown.
func (m *marker) bind(a *Authorisation) (err error) {
	if a.Shown == nil {
		a.Shown, err = m.marks(a.items())
		return err
	}
	changed, err := m.changed(a.items(), a.Shown)
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		return &Changed{changed}
	}
	kept := Marks{}
	for _, code := range a.items() {
		kept[code] = a.Shown[code]
	}
	a.Shown = kept
	return nil
}
