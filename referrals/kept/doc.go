// package kept is how a record of the casework is kept: the case file with its keys and
// walls (File), the sealed sub-record (Part, Alone), the record that two units hold
// (Shared), the key that is kept for named people (Wrap), and the registry of all kinds
// of record, over which ending, forgetting, erasing, telling again and keeping by name
// are loops. A story says what happens; how it is sealed, to whom, and when it goes,
// stands here. It has no page and no text of its own.
package kept
