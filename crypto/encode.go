package crypto

import "encoding/binary"

// appendPart appends one value preceded by its length.
func appendPart[T ~string | ~[]byte](dst []byte, part T) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(len(part)))
	return append(dst, part...)
}

// appendParts appends each value preceded by its length.
func appendParts[T ~string | ~[]byte](dst []byte, parts ...T) []byte {
	for _, part := range parts {
		dst = appendPart(dst, part)
	}
	return dst
}

// appendInt appends a number; its length is fixed, so it carries none.
func appendInt(dst []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(n))
}
