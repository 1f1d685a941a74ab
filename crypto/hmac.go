package crypto

import "crypto/sha256"

// hmacSHA256 is HMAC (RFC 2104) with SHA-256. A search derives one key for
// each of 50,000 cards, and crypto/hmac allocates two hash states for each:
// this one stays on the stack for messages up to 256 bytes. A test compares it
// with crypto/hmac.
func hmacSHA256(key, message []byte) [sha256.Size]byte {
	var pad [sha256.BlockSize]byte
	if len(key) > len(pad) {
		sum := sha256.Sum256(key)
		copy(pad[:], sum[:])
	} else {
		copy(pad[:], key)
	}
	for i := range pad {
		pad[i] ^= 0x36
	}
	inner := append(append(make([]byte, 0, sha256.BlockSize+256), pad[:]...), message...)
	digest := sha256.Sum256(inner)

	for i := range pad {
		pad[i] ^= 0x36 ^ 0x5c
	}
	var outer [sha256.BlockSize + sha256.Size]byte
	copy(outer[:], pad[:])
	copy(outer[sha256.BlockSize:], digest[:])
	return sha256.Sum256(outer[:])
}

// hkdfSHA256 is HKDF (RFC 5869), extract and expand, for exactly one block of
// output: the only length the project needs.
func hkdfSHA256[T ~string | ~[]byte](secret, salt []byte, info T) [sha256.Size]byte {
	prk := hmacSHA256(salt, secret)
	message := append(append(make([]byte, 0, 128), info...), 1)
	return hmacSHA256(prk[:], message)
}
