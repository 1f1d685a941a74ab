// Package frametest has a sample of each page of the frame, with plausible, fictional content.
// Nothing but tests imports it.
package frametest

import (
	"fmt"

	"sportello/server/frame"
	"sportello/server/servertest"
)

// Samples are the pages, each under the name of its picture.
func Samples() (all servertest.Samples) {
	add := all.Add
	add("error.again", &frame.ErrorPage{Page: servertest.DeskPage(frame.TitleError, "/schede/A/diario/nuova"), Status: 403, What: "error.form_old", Action: "/schede/A/diario/nuova",
		Carried: []frame.Pair{{Name: "text", Value: "mezza frase"}}})
	add("error", &frame.ErrorPage{Page: servertest.PublicPage("error.title", "/"), Status: 404, What: "error.not_found", Asked: true})
	for status, what := range map[int]string{403: "error.form_refused", 404: "error.not_found", 409: "error.state", 413: "error.too_large", 429: "signin.wait", 500: "error.tampered"} {
		p := &frame.ErrorPage{Page: servertest.DeskPage("error.title", "/schede/A/diario/nuova"), Status: status, What: what, Asked: status == 404}
		add(fmt.Sprint("error.", status), p)
	}
	add("error.typed", &frame.ErrorPage{Page: servertest.DeskPage("error.title", "/schede/A/chiudi"), Status: 409, What: "error.state", Typed: []string{"mezza frase\nche continua"}, Back: "/schede/A"})
	for status, what := range map[int]string{500: "error.server", 503: "error.unwritable"} {
		p := &frame.ErrorPage{Page: servertest.DeskPage("error.title", "/schede/A/diario/nuova"), Status: status, What: what, Action: "/schede/A/diario/nuova", Kept: true,
			Carried: []frame.Pair{{Name: "text", Value: "mezza frase"}}, Typed: []string{"mezza frase"}}
		p.Support = "F3K9-QP"
		add(fmt.Sprint("error.send.", status), p)
	}
	add("error.503", &frame.ErrorPage{Page: servertest.PublicPage("error.title", "/"), Status: 503, What: "error.shut", Asked: true})
	broken := &frame.ErrorPage{Page: servertest.DeskPage("error.title", "/agenda"), Status: 500, What: "error.sessions", Saved: true}
	erasing := &frame.ErrorPage{Page: servertest.DeskPage("error.title", "/invii/A/revoca"), Status: 500, What: "error.erasing", Saved: true, Back: "/invii/A"}
	erasing.Support = "F3K9-QP"
	add("error.erasing", erasing)
	broken.Support = "F3K9-QP"
	add("error.staff", broken)
	waits := &frame.ErrorPage{Page: servertest.DeskPage("error.title", "/agenda"), Status: 404, What: "error.not_found", Asked: true}
	waits.Late = true
	add("error.late", waits)
	left := &frame.ExitPage{Page: servertest.PublicPage("exit.title", "/uscita")}
	left.Problem = frame.ProblemExitHere
	add("exit.unrecorded", left)
	add("exit", &frame.ExitPage{Page: servertest.PublicPage("exit.title", "/uscita")})
	return all
}
