package match_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"sportello/referrals/match"
)

// This file makes a unit of 5,000 women and looks for them as they are spelled
// elsewhere: in a passport, by a standard of transliteration, by an Italian who writes
// what is heard. The tables are of those spellings, and the matcher reads none of
// them.

// spelling writes a name another way: the longest letters first.
type spelling struct {
	name  string
	table *strings.Replacer
}

// write makes a spelling of pairs, "from to from to", with "_" for nothing.
func write(name, pairs string) spelling {
	f := strings.Fields(pairs)
	if len(f)%2 != 0 {
		panic(name + ": " + pairs)
	}
	list := slices.Collect(slices.Chunk(f, 2))
	slices.SortStableFunc(list, func(a, b []string) int { return len(b[0]) - len(a[0]) })
	var all []string
	for _, p := range list {
		all = append(all, p[0], strings.ReplaceAll(p[1], "_", ""))
	}
	return spelling{name, strings.NewReplacer(all...)}
}

func (s spelling) of(name string) string { return s.table.Replace(strings.ToLower(name)) }

// origin is where some names come from, how a record has them and how they are
// looked for.
type origin struct {
	name            string
	given, surnames []string
	stored, typed   []spelling
}

var asWritten = write("as written", "")

// marks takes the accents of the standards away, as who types on an Italian keyboard.
const marks = "ā a ī i ū u ē e ō o ḥ h ḫ h ḍ d ṣ s ṭ t ẓ z ǧ g ġ g ṯ t ḏ d š s ž z č c ć c ş s ș s ţ t ț t ă a â a î i ç c ë e ñ n ś s ṇ n ḷ l ṛ r ẏ y ṁ m ʿ _ ʾ _ ʹ _ ẹ e ọ o ŝ s ì i è e ê e û u ô o"

var origins = []origin{
	{
		name:     "Italian",
		given:    strings.Fields("Giulia Chiara Francesca Alessandra Beatrice Concetta Lucrezia Ginevra Annunziata Giuseppina Raffaella Donatella Antonella Simonetta Patrizia Assunta Immacolata Carmela Graziella Ornella Rossella Mirella Gabriella Isabella Loredana Emanuela Michela Angela Rosaria Vincenza"),
		surnames: strings.Fields("Esposito Ferrari Bianchi Ricci Marchetti Pellegrini Guglielmi Zanchetta Quaranta Scognamiglio Caccavale Pappalardo Lo_Presti D'Angelo De_Luca Dell'Acqua Mazzocchi Gattuso Cappelletti Bevilacqua Colonna Iacobucci Fumagalli Chiappetta Guerriero Santangelo Tagliaferri Pizzuto Gherardi Quagliarella Squillace Bellocchio Passalacqua Montalbano Cicchetti Lanzafame"),
		stored:   []spelling{asWritten},
		typed: []spelling{asWritten,
			write("letters once", "bb b cc c dd d ff f gg g ll l mm m nn n pp p rr r ss s tt t zz z"),
			write("letters twice", "b bb p pp"),
			write("as heard", "qu cu gn ni gl l cch ch zz z cq qu"),
		},
	},
	{
		name:     "Ukrainian",
		given:    strings.Fields("Оксана Світлана Наталія Олександра Юлія Ірина Тетяна Людмила Катерина Галина Ольга Любов Надія Марія Анастасія Вікторія Євгенія Ярослава Христина Зоряна Соломія Богдана Людвіга Мар'яна Жанна Софія Дарина Олена Валентина Лариса"),
		surnames: strings.Fields("Шевченко Ковальчук Бондаренко Ткаченко Кравчук Олійник Гриценко Мельник Поліщук Савчук Марченко Руденко Захарченко Щербак Гончаренко Яковенко Литвиненко Хоменко Жуковська Цимбалюк Чорновол Юрченко Панасюк Дяченко Кузьменко Федорчук Василенко Гаврилюк Климчук Левчук Приходько Сидоренко Тимошенко Ющенко Зінченко Білоус"),
		stored: []spelling{asWritten,
			write("passport (resolution 55 of 2010)", "зг zgh ю iu я ia є ie ї i й i ж zh х kh ц ts ч ch ш sh щ shch а a б b в v г h ґ g д d е e з z и y і i к k л l м m н n о o п p р r с s т t у u ф f ь _ ' _"),
		},
		typed: []spelling{
			write("ISO 9", "ю û я â є ê ї ï й j ж ž х h ц c ч č ш š щ ŝ а a б b в v г g ґ g д d е e з z и i і ì к k л l м m н n о o п p р r с s т t у u ф f ь ʹ ' ʹ"),
			write("BGN/PCGN", "ю yu я ya є ye ї yi й y ж zh х kh ц ts ч ch ш sh щ shch а a б b в v г h ґ g д d е e з z и y і i к k л l м m н n о o п p р r с s т t у u ф f ь _ ' _"),
			write("scholarly", "ю ju я ja є je ї ji й j ж ž х x ц c ч č ш š щ šč а a б b в v г h ґ g д d е e з z и y і i к k л l м m н n о o п p р r с s т t у u ф f ь _ ' _"),
			write("an Italian by ear", "ія ia ю iu я ia є ie ї i й i же ge жи gi жа gia жо gio жу giu ж g х c ца za ц z че ce чи ci чо cio чу ciu ча cia ч c ша scia шо scio шу sciu ш sc ща scia що scio щу sciu щ sc а a б b в v г g ґ g д d е e з s и i і i ке che кі chi ки chi к c л l м m н n о o п p р r с s т t у u ф f ь _ ' _"),
			write("passport (resolution 55 of 2010)", "зг zgh ю iu я ia є ie ї i й i ж zh х kh ц ts ч ch ш sh щ shch а a б b в v г h ґ g д d е e з z и y і i к k л l м m н n о o п p р r с s т t у u ф f ь _ ' _"),
		},
	},
	{
		// In the letters of DIN 31635; what is stored is a passport of one kind or another.
		name:     "Arabic",
		given:    strings.Fields("Ḫadīǧa Fāṭima ʿĀʾiša Amīna Maryam Zaynab Ḥasnāʾ Naǧāt Samīra Raḥma Ǧamīla Šaymāʾ Karīma Laṭīfa Ṣabrīna Nūra Ḥanān Hāǧar Sukayna Ġizlān Wafāʾ Yāsmīn Saʿīda Ḥalīma Buṯayna Ibtisām Nāʾima Zahra Rašīda Naʿīma"),
		surnames: strings.Fields("Bināʿlī Muḥammad Aḥmad Yūsuf Ibrāhīm Ḥusayn Saʿīd Idrīsī ʿAlawī Tāzī Fāsī Ḫalīl Ḫaṭīb Manṣūr Sulaymān Naǧǧār Ḥaddād Qāsim Šarīf Bū-ʿAzza Raḥmānī Ṭāhirī Ġazālī Ǧābrī Maḥmūd Ḥamdān Ṣāliḥ Ziyānī Wahbī Ḥamīdī Rašīdī Mubārak Ǧalāl ʿUṯmān Ḫālidī Tūnsī"),
		stored: []spelling{
			write("English passport", "ǧǧ jj ḫ kh š sh ġ gh ǧ j q q ū u ī i ā a ḥ h ḍ d ṣ s ṭ t ẓ z ṯ th ḏ dh ʿ _ ʾ _ ay ai aw au"),
			write("French passport", "ǧǧ jj ḫ kh š ch ġ gh ǧ j q k ū ou uw ou u ou ī i ā a ḥ h ḍ d ṣ s ṭ t ẓ d ṯ th ḏ d ʿ _ ʾ _ ay ei aw aou w ou y y"),
		},
		typed: []spelling{
			write("DIN 31635 without marks", marks),
			write("English passport", "ǧǧ jj ḫ kh š sh ġ gh ǧ j ū oo ī ee ā a ḥ h ḍ d ṣ s ṭ t ẓ z ṯ th ḏ dh ʿ _ ʾ _ ay ay aw aw"),
			write("French passport", "ǧǧ dj ḫ kh š ch ġ gh ǧ dj q k ū ou u ou ī i ā a ḥ h ḍ d ṣ ss ṭ t ẓ d ṯ th ḏ d ʿ _ ʾ _ ay ai aw aou y y"),
			write("an Italian by ear", "ǧǧa ggia ǧǧā ggia ǧa gia ǧā gia ǧ g ḫī chi ḫ c ḫa ca ša scia šā scia ša scia šī sci š sc ġi ghi ġ g qā ca qa ca q c ū u ī i ā a ḥ _ ḍ d ṣ s ṭ t ẓ z ṯ t ḏ d ʿ _ ʾ _ hā a ha a h _ ay ai aw au ki chi kī chi k c wa ua y i"),
		},
	},
	{
		// In the letters of ISO 15919, with the vowels that Bengali says.
		name:     "Bengali",
		given:    strings.Fields("Phātēmā Nāsrīn Sultānā Śirīn Rōkēyā Jēsmin Rinā Tāslimā Khādijā Munni Ābidā Pārbhīn Ruksānā Sālmā Śāhnāj Hāsinā Mōmtāj Jāhānārā Kulsum Rābēẏā Ānōẏārā Mausumi Nilubhar Phārjānā Śāmimā Rumānā Iyāsmin Bilkis Dilruba Māksudā"),
		surnames: strings.Fields("Bēgum Caudhurī Rahmān Hōsēn Islām Āktār Khātun Miẏā Sarkār Bisbās Ālam Hak Uddin Śikdār Bhuiẏā Mōllā Talukdār Majumdār Khān Śēkh Pāṭōẏārī Hāolādār Mrdhā Mollik Ghōṣ Dās Tālukdār Jamāddār Phakir Kājī Prāmānik Bhaṭṭācārja Mukharjī Gāji Āhmēd Karim"),
		stored: []spelling{
			write("passport", "c ch ś sh ṣ sh ē e ō o ā a ī i ū u ẏ y ṭ t ḍ d ph f bh v kh kh rdh ridh"),
		},
		typed: []spelling{
			write("ISO 15919 without marks", marks),
			write("another passport", "bē be c ch ś sh ṣ sh ēẏ ey ē e ō o ā a ī ee ū oo ẏ y ṭ t ḍ d ph f bh bh au ow rdh ridh"),
			write("an Italian by ear", "cau ciau cā cia ci ci c ci śā scia śi sci śē sce ś sc ṣ sc ēẏ ei ē e ō o ā a ī i ū u ẏ i ṭ t ḍ d ph f bh b jā gia ja gia ju giu jē ge ji gi jī gi j g kh k hā a ha a hō o hi i h _ ks cs ka ca ku cu gh g rdh rid ko co iy i"),
		},
	},
	{
		name:     "Chinese",
		given:    strings.Fields("Meiling Xiaohong Yan Qing Xiuying Jing Zhenzhen Lihua Yuzhen Xiaoyan Guiying Ying Zhi Chunhua Xuemei Qiuyue Jiayi Huizhen Lanfang Shuzhen Yulan Hongmei Rongrong Caihong Feifei Dandan Junjie Xinyi Ruoxi Zixuan"),
		surnames: strings.Fields("Zhang Wang Liu Chen Yang Huang Zhao Zhou Xu Sun Zhu Guo Lin Zheng Liang Xie Song Tang Deng Feng Cao Zeng Xiao Cheng Pan Jiang Cai Ye Shen Wei Qiu Qian Hu Jin Ren Yao"),
		stored:   []spelling{asWritten},
		typed: []spelling{asWritten,
			write("Wade-Giles", "zhi chih zh ch zi tzu z ts ci tzu xiu hsiu xi hsi xu hsü x hs qi ch'i qu ch'ü q ch' ji chi ju chü j ch yan yen ian ien rong jung r j ong ung ye yeh ie ieh"),
			write("an Italian by ear", "zha gia zhe ge zho gio zhu giu zhi gi zh g xia scia xie scie xiu sciu xiao sciao xi sci xu sciu xue sciue qia cia qiu ciu qi ci jia gia jie gie jun giun ju giu ji gi hua ua huang uang hui ui y i w u she sce shu sciu chu ciu che ce cai zai cao zao"),
		},
	},
	{
		name:     "Albanian",
		given:    strings.Fields("Xhesika Mirela Drita Vjollca Shpresa Teuta Elvana Arjeta Blerina Zamira Qëndresa Majlinda Fatbardha Liridona Gjystina Shqipe Ermira Valbona Luljeta Besjana Xhuljana Çiljeta Dhurata Entela Flutura Jehona Kaltrina Lirije Mimoza Nexhmije"),
		surnames: strings.Fields("Hoxha Xhaferi Shehu Gjoka Çela Kola Prifti Bardhi Dervishi Leka Marku Rexhepi Krasniqi Berisha Gashi Thaçi Shala Bytyqi Zeka Halili Hysa Gjini Qosja Xhaka Zhuli Dhima Toçi Ndreca Lleshi Kuqi Mehmeti Sinani Begaj Mucaj Jashari Rrahmani"),
		stored:   []spelling{asWritten},
		typed: []spelling{
			write("without marks", marks),
			write("an Italian by ear", "xhe ge xha gia xhu giu xhi gi xh g gjy gi gji gi gjo gio gj g qe ce që ce qi ci qa cia qo cio q c ça cia çe ce çi ci ç c sha scia she sce shi sci shqi schi sh sc zhu giu zh g y i x z dh d th t j i ë e ll l rr r nexhm negim"),
		},
	},
	{
		name:     "Romanian",
		given:    strings.Fields("Ioana Mihaela Ștefania Crenguța Georgeta Luminița Mădălina Cătălina Roxana Anișoara Viorica Gheorghița Jenica Lăcrămioara Steluța Simona Ruxandra Dorina Nicoleta Veronica Florentina Adriana Camelia Cristina Otilia Petronela Raluca Sorina Tatiana Loredana"),
		surnames: strings.Fields("Popescu Ionescu Țurcanu Munteanu Ștefănescu Constantinescu Gheorghe Moldoveanu Stănescu Drăgulescu Rusu Cojocaru Ciobanu Ungureanu Cristea Văcărescu Brătianu Lupașcu Negruți Câmpeanu Jianu Bălan Chirilă Ghiță Pîrvu Ursache Oltean Măgureanu Vlădescu Zăvoianu Coșbuc Bratu Cârstea Dobre Mihalache Păun"),
		stored:   []spelling{asWritten},
		typed: []spelling{
			write("without marks", marks),
			write("an Italian by ear", "ște ste ști sti ștef stef ș sc ț z ă a â a î i ju giu je ge ji gi ja gia j g x cs k c h h"),
		},
	},
	{
		name:     "Nigerian",
		given:    strings.Fields("Blessing Osarugue Ngozi Chinyere Adaeze Ifeoma Chioma Nkechi Folashade Olúfúnkẹ́ Adébọ́lá Oluwaseun Yétúndé Titilayo Efe Omorogieva Osaretin Ehinomen Joy Happiness Gloria Precious Esther Faith Amaka Uchenna Obioma Eghosa Isoken Aisha"),
		surnames: strings.Fields("Osagie Okafor Okonkwo Adeyemi Ogunlade Igbinedion Ehigiator Omoregie Aigbe Chukwu Nwosu Eze Obi Oghenekaro Uwaifo Idahosa Ojo Balogun Afolabi Ọlátúnjí Akinwale Bello Musa Abubakar Iyamu Ekhator Osemwegie Erhabor Agbonifo Edokpolo Okoye Onyeka Nwachukwu Uzor Ibekwe Osayande"),
		stored:   []spelling{asWritten},
		typed: []spelling{
			write("without marks", "ẹ́ e ọ́ o ẹ e ọ o á a é e ú u í i ó o"),
			write("an Italian by ear", "ẹ́ e ọ́ o ẹ e ọ o á a é e ú u í i ó o chi ci che ce chu ciu cha cia kw qu k k sha scia sh sc joy gioi jo gio ji gi y i wa ua wu u gb b kp p gh g th t ss s ck c"),
		},
	},
}

// woman is one of the made unit.
type woman struct {
	origin         *origin
	given, surname string // as the tables have them
	keys           match.Keys
	shown          string // as it is stored
}

const unitOf = 5_000

// madeUnit makes the unit: no two women of one origin have both names in common.
func madeUnit(seed uint64) (all []woman) {
	r := rand.New(rand.NewPCG(seed, 9))
	for i := range origins {
		o := &origins[i]
		pairs := r.Perm(len(o.given) * len(o.surnames))
		for _, p := range pairs[:unitOf/len(origins)] {
			w := woman{origin: o, given: o.given[p%len(o.given)], surname: strings.ReplaceAll(o.surnames[p/len(o.given)], "_", " ")}
			s := o.stored[r.IntN(len(o.stored))]
			given, surname := s.of(w.given), s.of(w.surname)
			w.shown, w.keys = given+" "+surname, match.KeysOf([]string{"", given, surname}, nil)
			all = append(all, w)
		}
	}
	return all
}

// TestFigures prints, and holds, how many of the women of a made unit are found as
// they are spelled elsewhere, and among how many others.
func TestFigures(t *testing.T) {
	t.Parallel()
	unit := madeUnit(1)
	type pair struct {
		who      int
		typed    string
		spelling string
	}
	var pairs []pair
	r := rand.New(rand.NewPCG(2, 9))
	for _, who := range r.Perm(len(unit))[:760] {
		w := &unit[who]
		for _, s := range w.origin.typed {
			given, surname := s.of(w.given), s.of(w.surname)
			typed := given + " " + surname
			if len(pairs)%2 == 0 {
				typed = surname + " " + given
			}
			pairs = append(pairs, pair{who, typed, w.origin.name + ", " + s.name})
		}
	}
	if len(pairs) < 2_000 {
		t.Fatalf("only %d pairs", len(pairs))
	}
	type figure struct{ found, of int }
	var mu sync.Mutex
	var group sync.WaitGroup
	var others []int
	by, missed, total := map[string]figure{}, map[string][]string{}, figure{}
	work := make(chan pair)
	for range runtime.NumCPU() {
		group.Go(func() {
			for p := range work {
				q := match.NewQuery(p.typed)
				classes := make([]match.Class, 0, 64)
				best, her := match.None, match.None
				for i := range unit {
					_, c := q.Record(unit[i].keys, "")
					if i == p.who {
						her = c
					} else if c > match.None {
						classes = append(classes, c)
					}
					best = max(best, c)
				}
				beside := 0
				for _, c := range classes {
					if c > match.Part || best < match.Sounding {
						beside++
					}
				}
				found := her > match.Part || her == match.Part && best < match.Sounding
				mu.Lock()
				f := by[p.spelling]
				f.of, total.of = f.of+1, total.of+1
				if found {
					f.found, total.found = f.found+1, total.found+1
				} else if len(missed[p.spelling]) < 12 {
					missed[p.spelling] = append(missed[p.spelling], p.typed+" ≠ "+unit[p.who].shown)
				}
				by[p.spelling], others = f, append(others, beside)
				mu.Unlock()
			}
		})
	}
	for _, p := range pairs {
		work <- p
	}
	close(work)
	group.Wait()
	slices.Sort(others)
	median, share := others[len(others)/2], float64(total.found)/float64(total.of)
	var lines []string
	for s, f := range by {
		lines = append(lines, fmt.Sprintf("%-60s %4d of %4d", s, f.found, f.of))
	}
	slices.Sort(lines)
	t.Logf("%d women, %d pairs: %.2f %% found; other cards: median %d, of nine in ten at most %d\n%s", len(unit), len(pairs), 100*share, median, others[len(others)*9/10], strings.Join(lines, "\n"))
	for s, m := range missed {
		t.Logf("not found, %s: %s", s, strings.Join(m, "; "))
	}
	if share < 0.97 || median > 3 {
		t.Errorf("%.2f %% found with %d others", 100*share, median)
	}
}

// TestTheSameNameIsTheSame: as it is stored, in capitals or turned round, a name is
// exact, and no other is.
func TestTheSameNameIsTheSame(t *testing.T) {
	t.Parallel()
	unit := madeUnit(3)
	sorted := func(name string) string {
		words := strings.Fields(strings.ReplaceAll(name, "-", " "))
		slices.Sort(words)
		return match.Fold(strings.Join(words, ""))
	}
	for i := 0; i < len(unit); i += 125 {
		w := &unit[i]
		words := strings.Fields(w.shown)
		slices.Reverse(words)
		for _, typed := range []string{strings.ToUpper(w.shown), strings.Join(words, " ")} {
			q := match.NewQuery(typed)
			for j := range unit {
				_, c := q.Record(unit[j].keys, "")
				if same := sorted(unit[j].shown) == sorted(w.shown); same != (c == match.Exact) {
					t.Errorf("%q with %q: %v", typed, unit[j].shown, c)
				}
			}
		}
	}
}

// BenchmarkRecord compares one query with one record that is not like it.
func BenchmarkRecord(b *testing.B) {
	unit, q := madeUnit(4), match.NewQuery("Teodolinda Marchetti")
	i := 0
	for b.Loop() {
		q.Record(unit[i%len(unit)].keys, "")
		i++
	}
}
