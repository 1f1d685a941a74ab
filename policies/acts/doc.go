// Package acts makes of a caller's wish a decided and recorded act, and declares what
// rows there are.
//
// [Do] is the one door: it asks the policy, and what it writes is durable together with
// its leaf or not at all; what is refused or fails leaves a leaf too. Who asks is a
// [Caller], which the packages of policies alone can make. It does not judge what an
// act does beyond that.
package acts
