package storetest

import (
	"context"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/office"
)

// The units of the town.
const (
	TownAudit   = "Ufficio controllo"
	TownDesk    = "Sportello distretto II"
	TownOther   = "Sportello distretto V"
	TownService = "Servizio sociale distretto II"
	Ginestra    = "Centro antiviolenza La Ginestra"
	Lucciole    = "Centro antiviolenza Le Lucciole"
)

// Town makes a town that does not exist, for tests that look at pages: the desk
// of district II (lucia leads it, anna works there), another desk (vera), the
// social service (sofia), two centres (bruna, carla), the audit (clara) and an
// administrator (dario). The desk has compared words with the service and with
// the first centre. The municipality's units accepted a recovery identity.
func (w *World) Town() *World {
	w.T.Helper()
	w.become(templateOf(w.T, "town", w.Stretcher, (*World).townCast))
	return w
}

func (w *World) townCast() {
	w.T.Helper()
	municipality := w.agency("Comune di Vallechiara", "municipality", "controller")
	w.Agency = municipality
	for name, kind := range map[string]string{TownAudit: acts.KindAudit, TownDesk: acts.KindDesk, TownOther: acts.KindDesk, TownService: acts.KindSocial} {
		w.Enter(acts.Unit{Agency: municipality, Kind: kind, Name: name, Town: "Frascati", Lat: 41_80790, Lon: 12_67990})
	}
	ginestra := w.agency("Associazione La Ginestra", "operator", "processor")
	w.Enter(acts.Unit{Agency: ginestra, Kind: acts.KindCentre, Name: Ginestra, Town: "Albano Laziale", Area: "Castelli Romani",
		Hours: "lun-ven 9-18; telefono sempre", Languages: "it en fr ar", Phone: "000 000 0201", Needs: "listen cav legal psychology child", Lat: 41_72950, Lon: 12_65930})
	lucciole := w.agency("Cooperativa Le Lucciole", "operator", "processor")
	w.Enter(acts.Unit{Agency: lucciole, Kind: acts.KindCentre, Name: Lucciole, Town: "Velletri", Area: "Castelli Romani e Monti Lepini",
		Hours: "lun, mer, ven 10-16", Languages: "it es ro", Phone: "000 000 0202", Needs: "listen bed work", Lat: 41_68710, Lon: 12_77770})
	kept, err := crypto.NewIdentity()
	if err != nil {
		w.T.Fatal(err)
	}
	w.FoundKeeping(TownAudit, acts.KindAudit, "clara", policies.Auditor, kept)
	w.FoundKeeping(TownDesk, acts.KindDesk, "lucia", policies.Lead, kept)
	w.Join(TownDesk, "anna", policies.IntakeWorker, "lucia")
	w.FoundKeeping(TownOther, acts.KindDesk, "vera", policies.IntakeWorker, kept)
	w.FoundKeeping(TownService, acts.KindSocial, "sofia", policies.SocialWorker, kept)
	w.Invite("dario", policies.Administrator, "")
	w.Agency = ginestra
	w.Found(Ginestra, acts.KindCentre, "bruna", policies.CentreWorker)
	w.Agency = lucciole
	w.Found(Lucciole, acts.KindCentre, "carla", policies.CentreWorker)
	w.Agency = municipality
	w.confirm("anna", "lucia")
	w.confirm("lucia", "anna")
	w.Pin("lucia", TownDesk, Ginestra, "bruna")
	w.Pin("lucia", TownDesk, TownService, "sofia")
}

func (w *World) agency(name, kind, responsibility string) string {
	w.T.Helper()
	id, _, err := w.Office.CreateAgency(context.Background(), acts.ConsoleCaller(), office.NewAgency{Name: name, Kind: kind, Responsibility: responsibility})
	if err != nil {
		w.T.Fatalf("creating an agency: %v", err)
	}
	return id
}

// confirm has one member recognise another, by words compared between them.
func (w *World) confirm(by, colleague string) {
	w.T.Helper()
	if _, err := w.House.Confirm(context.Background(), w.SignIn(by), w.People[colleague].ID); err != nil {
		w.T.Fatalf("confirming %s: %v", colleague, err)
	}
}
