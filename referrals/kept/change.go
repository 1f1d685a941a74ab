package kept

import (
	"errors"

	"sportello/policies/acts"
)

// Change is what an act writes: rows to put and to delete, and the shred secrets that
// get their tombstone.
type Change struct {
	Put, Delete []acts.Row
	Erase       []string
}

// Add adds what another part of the act writes.
func (c *Change) Add(more Change) {
	c.Put, c.Delete, c.Erase = append(c.Put, more.Put...), append(c.Delete, more.Delete...), append(c.Erase, more.Erase...)
}

// Empty tells that there is nothing to write.
func (c Change) Empty() bool { return len(c.Put)+len(c.Delete)+len(c.Erase) == 0 }

// Write makes the change, in the transaction of the act's leaf. A secret that a
// restored copy may have lost already is no error.
func (c Change) Write(tx acts.Tx) error {
	for _, row := range c.Delete {
		if err := tx.Delete(row); err != nil {
			return err
		}
	}
	for _, row := range c.Put {
		if err := tx.Put(row); err != nil {
			return err
		}
	}
	for _, secret := range c.Erase {
		if err := tx.Erase(secret); err != nil && !errors.Is(err, acts.ErrErased) {
			return err
		}
	}
	return nil
}
