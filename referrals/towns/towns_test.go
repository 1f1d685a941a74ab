package towns

import (
	"slices"
	"testing"
)

// TestTowns holds that a name is found however people write it.
func TestTowns(t *testing.T) {
	for typed, want := range map[string]string{
		"Reggio di Calabria": "080063", "Reggio Calabria": "080063", "REGGIO-CALABRIA": "080063", "Reggio Emilia": "035033",
		"Bolzano/Bozen": "021008", "Bozen": "021008", "bozen / bolzano": "021008", "Bozen - Bolzano": "021008", "Bolzano-Bozen": "021008",
		"Velletri": "058111", "San Donà di Piave": "027033", "san dona' di piave": "027033", "s. donà di piave": "027033", "S.Donà di Piave": "027033", "S.Donà": "",
		"Roma (RM)": "058091", "roma rm": "058091", "Roma, Roma": "058091", "Rome": "058091", " Roma ": "058091",
		"l aquila": "066049", "L’Aquila": "066049", "lʼaquila": "066049", "Forli'": "040012", "Forlì": "040012", "Forlı̀": "",
		"Castro (LE)": "075096", "castro (Lecce)": "075096", "Castro, Bergamo": "016065", "castro bg": "016065", "Castro": "", "Castro (RM)": "",
		"Buia": "030013", "Buja": "030013", "Aosta": "007003", "Vipiteno": "021115", "Sterzing": "021115", "Devin Nabrežina": "032001",
		"Castelgandolfo": "058022", "Grottaf": "058046", "Reggio": "", "Rom": "", "Ba": "", "Cameri (NO)": "003032", "cameri no": "", "Camerino": "043007", "Ro": "038029", "": "", "(RM)": "", "/": "", " - ": "",
		"Atlantide": "", "Roma (VT)": "", "Roma (Zona)": "", "058091": "058091", "58091": "",
	} {
		p, _, ok := One(typed)
		if p.Code != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", typed, p, want)
		}
	}
}

// TestOfTwoOfOneNameNoneIsChosen: both are offered, under names that each find one.
func TestOfTwoOfOneNameNoneIsChosen(t *testing.T) {
	for typed, want := range map[string][]string{
		"Castro": {"Castro (LE)", "Castro (BG)"}, "calliano": {"Calliano (TN)", "Calliano (AT)"}, "Samone": {"Samone (TO)", "Samone (TN)"},
		"Brione":  {"Brione (BS)", "Brione (TN)"}, // the second is part of Borgo Chiese since 2016
		"castro ": {"Castro (LE)", "Castro (BG)"},
	} {
		_, choices, ok := One(typed)
		var got []string
		for _, c := range choices {
			got = append(got, c.String())
		}
		if ok || !slices.Equal(got, want) {
			t.Errorf("%q offers %q, want %q", typed, got, want)
		}
	}
	if _, choices, ok := One("san"); ok || len(choices) != Few {
		t.Errorf("a beginning of many offers %d", len(choices))
	}
}

// TestEveryTownIsFoundByWhatItIsCalled: what is shown of any of them, if it is typed
// again, finds it alone, and its code does.
func TestEveryTownIsFoundByWhatItIsCalled(t *testing.T) {
	seen := 0
	for _, all := range known().named {
		for _, p := range all {
			seen++
			if got, ok := Known(p.String()); !ok || got.Code != p.Code || got.Lat != p.Lat {
				t.Errorf("%q finds %q (%s), not %s", p, got, got.Code, p.Code)
			}
			if got, ok := ByCode(p.Code); !ok || got.Code != p.Code || got.Population <= 0 || got.Lat < 35_00000 || got.Lat > 47_20000 || got.Lon < 6_00000 || got.Lon > 19_00000 {
				t.Errorf("%s is %+v", p.Code, got)
			}
		}
	}
	if seen < 8000 {
		t.Errorf("only %d names", seen)
	}
}

// TestMergedKeepTheirCodes: the code and the name of before lead to the municipality of
// today, and this tells the codes it had (story 28).
func TestMergedKeepTheirCodes(t *testing.T) {
	for old, now := range map[string]string{
		"025002": "025075", "025070": "025075", "024103": "024128", "013228": "013256", "028022": "028108", // 2024
		"041033": "099030", // moved to another province
		"015149": "108033", // a new province
		"104001": "090001", // a province that came and went
		"097085": "097008", // taken in by Bellano, 2020
	} {
		if p, ok := ByCode(old); !ok || p.Code != now {
			t.Errorf("%s is %s, want %s", old, p.Code, now)
		}
		if !slices.Contains(Before(now), old) {
			t.Errorf("%s was not %s, but %q", now, old, Before(now))
		}
	}
	for was, now := range map[string]string{"Quero Vas": "025075", "Alano di Piave": "025075", "Rossano": "078157", "Porretta Terme": "037062",
		"Grizzana": "037031", "Popoli": "068033", "Figline Valdarno": "048052"} {
		if p, _, ok := One(was); !ok || p.Code != now {
			t.Errorf("%s is %q (%s), want %s", was, p, p.Code, now)
		}
	}
	if p, _, _ := One("Alano di Piave"); p.Was != "Alano di Piave" || p.Until != "2024-01-22" || p.Name != "Setteville" {
		t.Errorf("what was merged is shown as %+v", p)
	}
}

// TestNothingIsKnownWithoutTheData holds that a program built without it knows no town.
func TestNothingIsKnownWithoutTheData(t *testing.T) {
	if !Built() {
		t.Fatal("the list of towns was not built: run `make assets`")
	}
	if all := read("").exact("Roma"); all != nil {
		t.Errorf("found %v in nothing", all)
	}
}

func TestFits(t *testing.T) {
	for typed, want := range map[string]bool{"castellì (Zona)": true, "Castelli": true, "romani castelli": true, "CASTELLI-ROMANI": true, "": true,
		"lepini castelli": false, "Roma Nord": false} {
		if Fits("Castelli Romani", typed) != want {
			t.Errorf("%q fits: %v", typed, !want)
		}
	}
}

// TestLists holds that a list is taken whole or what is wrong with it is said, and that
// it is read back as it is written out, old codes as the municipality of today.
func TestLists(t *testing.T) {
	codes, wrong := List("Velletri\n  albano laziale (rm) ; Rossano\n\n025002")
	if codes != "058111 058003 078157 025075" || wrong != nil {
		t.Errorf("%s, %v", codes, wrong)
	}
	if again, wrong := List(Lines(Of(codes))); len(again) != len(codes) || wrong != nil {
		t.Errorf("written out and read: %s, %v", again, wrong)
	}
	codes, wrong = List("Velletri\nvelletri\nCastro\nAtlantide\nQuero Vas\nSetteville\nMilan\nMila")
	if codes != "058111 025075 015146" || len(wrong) != 5 {
		t.Fatalf("%s, %v", codes, wrong)
	}
	if !wrong[0].Twice || len(wrong[1].Choices) != 2 || wrong[2].Twice || wrong[2].Choices != nil || !wrong[3].Twice || wrong[4].Choices[0] != "Milano (MI)" {
		t.Errorf("%+v", wrong)
	}
	if all := Of("025002 025070 025075 999999"); len(all) != 1 || all[0].Name != "Setteville" {
		t.Errorf("codes of before are %v", all)
	}
}
