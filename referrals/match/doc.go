// Package match compares what somebody typed with the names, numbers and codes of
// records: a name said on the phone, in any order, in another alphabet, as an Italian
// desk writes it by ear, with a wrong letter.
//
// What a record is compared by are its [Keys], made once, where the record is sealed;
// a [Query] then compares strings only. Keys are as secret as what they were made of,
// and stand sealed beside it. They know no person: two women of one name are alike,
// and that a name is alike says nothing of who is on the phone.
package match
