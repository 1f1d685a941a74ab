package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"

	"github.com/spf13/cobra"
)

func (p *program) userCommand() *cobra.Command {
	c := &cobra.Command{Use: "user", GroupID: "people", Short: "Enter, invite, suspend, lift and list users"}
	c.AddCommand(p.userCreate(), p.userInvite(), p.userList(),
		p.userState("suspend", "Shut a user out at once; no key moves", func(in *instance) stateOf { return in.door.Suspend }),
		p.userState("lift", "Lift a user's suspension, by name", func(in *instance) stateOf { return in.office.Lift }))
	return c
}

func (p *program) userCreate() *cobra.Command {
	var u office.NewPerson
	var role string
	c := &cobra.Command{
		Use: "create USERNAME", Args: cobra.ExactArgs(1),
		Short: "Enter a user and print her invitation",
		Long: `Enters a user and prints her invitation, which is shown once, stored nowhere and
ends after seven days. Give it to her in person.

On the page /invito she sets with it her own passphrase and second factor. She opens nothing before a
member of her unit has compared four words with her and admitted her; the first
member founds the unit. Roles: intake_worker, social_worker, lead, centre_worker,
auditor, and administrator, who belongs to no unit.`,
		Example: `  sportello user create dario --role administrator --agency ID
  sportello user create anna --role intake_worker --unit ID
  sportello user create carla --role centre_worker --unit ID --language en`,
		RunE: func(c *cobra.Command, args []string) error {
			u.Username, u.Role = args[0], policies.Role(role)
			return p.with(c.Context(), func(in *instance) error {
				_, token, _, err := in.office.CreatePerson(c.Context(), acts.ConsoleCaller(), u)
				if err != nil {
					return deed("entering the user", err)
				}
				p.invitation(token)
				return nil
			})
		},
	}
	c.Flags().StringVar(&role, "role", "", "her role")
	c.Flags().StringVar(&u.Unit, "unit", "", "id of her unit; none for an administrator")
	c.Flags().StringVar(&u.Agency, "agency", "", "id of an administrator's agency")
	c.Flags().StringVar(&u.Language, "language", "it", "it or en")
	must(c.MarkFlagRequired("role"))
	return c
}

// invitation prints what is shown once.
func (p *program) invitation(token crypto.Secret) {
	fmt.Fprintln(p.err, "invitation, shown once; give it to her in person:")
	fmt.Fprintln(p.out, string(token))
}

func (p *program) userInvite() *cobra.Command {
	return &cobra.Command{
		Use: "invite USERNAME", Args: cobra.ExactArgs(1),
		Short:   "Invite again somebody who has not taken her invitation",
		Long:    "Prints a new invitation. The ones before it are withdrawn.",
		Example: "  sportello user invite anna",
		RunE: func(c *cobra.Command, args []string) error {
			return p.person(c.Context(), args[0], func(in *instance, id string) error {
				token, _, err := in.office.Invite(c.Context(), acts.ConsoleCaller(), id)
				if err != nil {
					return deed("inviting the user", err)
				}
				p.invitation(token)
				return nil
			})
		},
	}
}

// stateOf puts a user into another state.
type stateOf func(context.Context, acts.Caller, string) (audit.Receipt, error)

func (p *program) userState(verb, short string, do func(*instance) stateOf) *cobra.Command {
	return &cobra.Command{
		Use: verb + " USERNAME", Args: cobra.ExactArgs(1),
		Short:   short,
		Long:    short + ".\n\nIt prints the user and the state that she is in now.",
		Example: "  sportello user " + verb + " anna",
		RunE: func(c *cobra.Command, args []string) error {
			return p.person(c.Context(), args[0], func(in *instance, id string) error {
				if _, err := do(in)(c.Context(), acts.ConsoleCaller(), id); err != nil {
					return deed("changing the user's state", err)
				}
				all, err := in.house.Roster(c.Context())
				if err != nil {
					return deed("reading the user's state", err)
				}
				fmt.Fprintf(p.out, "%s: now %s\n", printable(all.People[id].Username), all.People[id].State)
				return nil
			})
		},
	}
}

// person finds a user by name.
func (p *program) person(ctx context.Context, username string, f func(in *instance, id string) error) error {
	name := acts.NormaliseUsername(username)
	return p.with(ctx, func(in *instance) error {
		all, err := in.house.Roster(ctx)
		if err != nil {
			return deed("finding the user", err)
		}
		for _, person := range all.People {
			if person.Username == name && person.State != string(acts.Removed) {
				return f(in, person.ID)
			}
		}
		return refuse(nil, "finding the user: nobody has this user name")
	})
}

func (p *program) userList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Args: cobra.NoArgs,
		Short:   "List users: id, role, state, unit, user name",
		Example: "  sportello user list",
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), func(in *instance) error {
				all, err := in.office.Administration(c.Context(), acts.ConsoleCaller())
				if err != nil {
					return deed("listing the users", err)
				}
				w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tROLE\tSTATE\tUNIT\tUSERNAME")
				for _, u := range byText(all.People, func(u *acts.Person) string { return u.Username + u.ID }) {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.ID, u.Role, u.State, dash(printable(all.UnitName(u.Unit))), printable(u.Username))
				}
				return w.Flush()
			})
		},
	}
}
