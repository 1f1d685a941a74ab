package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/referrals/store/storetest"

	"github.com/rogpeppe/go-internal/testscript"
)

// newcomers are the people that a script invited, with what they chose.
var newcomers struct {
	sync.Mutex
	all map[string]*newcomer // by folder and name
}

type newcomer struct {
	passphrase, seed string
	last             int64 // step of the last code used
}

// newcomer accept DIR NAME TOKEN takes an invitation, as a person does on her
// pages; "newcomer words DIR NAME" prints the four words of her page; "newcomer
// signin DIR NAME ALIAS" prints what she finds after signing in.
func newcomerCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: newcomer accept DIR NAME TOKEN, words DIR NAME, signin DIR NAME ALIAS")
	}
	ctx := context.Background()
	in, err := openInstance(ctx, ts.MkAbs(args[1]), opening{now: time.Now, stretches: 1})
	ts.Check(err)
	defer func() { ts.Check(in.Close()) }()
	n, name := newcomerOf(ts.MkAbs(args[1])+" "+args[2]), args[2]
	if args[0] == "accept" {
		e, err := in.door.Invited(ctx, crypto.Secret(args[3]))
		ts.Check(err)
		n.seed = e.Seed.Secret()
		_, err = in.door.Accept(ctx, crypto.Secret(args[3]), n.passphrase, n.seed, n.code(ts), accounts.From{Address: name})
		ts.Check(err)
		return
	}
	pending, err := in.door.Begin(ctx, name, n.passphrase, accounts.From{Address: name})
	ts.Check(err)
	s, err := in.door.Finish(ctx, pending, n.code(ts), accounts.From{Address: name})
	ts.Check(err)
	who := s.Caller
	if args[0] == "words" {
		words, err := in.house.OwnWords(ctx, who, in.store.Log().Epoch(who.Unit()))
		ts.Check(err)
		fmt.Fprintln(ts.Stdout(), words)
		return
	}
	fmt.Fprintf(ts.Stdout(), "%s, epoch %d\n", who.State(), who.Epoch())
	cards, _, err := in.desk.Cases.Search(ctx, who, args[3])
	if err != nil {
		fmt.Fprintf(ts.Stdout(), "searching: %v\n", err)
		return
	}
	words, err := in.house.UnitWordsOf(ctx, who)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "the unit's words are now: %s\n", words)
	for _, c := range cards {
		v, _, err := in.desk.OpenCase(ctx, who, c.ID, storetest.Parts...)
		ts.Check(err)
		fmt.Fprintf(ts.Stdout(), "opened: %s, %s, %d notes\n", v.Card.Alias, v.Safe.CodeWord, len(v.Notes))
	}
}

func newcomerOf(key string) *newcomer {
	newcomers.Lock()
	defer newcomers.Unlock()
	if newcomers.all == nil {
		newcomers.all = map[string]*newcomer{}
	}
	if newcomers.all[key] == nil {
		newcomers.all[key] = &newcomer{passphrase: string(crypto.NewPassphrase())}
	}
	return newcomers.all[key]
}

// code is her next one-time code. The service takes the one before and the one
// after the current too, so that three need no waiting; the one before only while
// ten seconds of it are left, since the passphrase is stretched first.
func (n *newcomer) code(ts *testscript.TestScript) string {
	step := max(n.last+1, (time.Now().Unix()+10)/30-1)
	for step > time.Now().Unix()/30+1 {
		time.Sleep(200 * time.Millisecond)
	}
	n.last = step
	c, err := code(n.seed, time.Unix(step*30, 0))
	ts.Check(err)
	return strings.TrimSpace(c)
}
