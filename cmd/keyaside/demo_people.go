package main

// written is a name as it is written, and as an e-mail address spells it.
type written struct{ name, ascii string }

// folk is where names come from that fit together.
type folk struct {
	given, family []written
	cities        []string
	familyFirst   bool
	separator     string
}

func (f *folk) join(given, family string) string {
	if f.familyFirst {
		return family + f.separator + given
	}
	return given + f.separator + family
}

var people = []folk{
	{
		given:     []written{{"Amélie", "amelie"}, {"Jürgen", "juergen"}, {"Łukasz", "lukasz"}, {"Siobhán", "siobhan"}, {"Ana", "ana"}},
		family:    []written{{"O'Brien", "obrien"}, {"Ångström", "angstroem"}, {"Núñez", "nunez"}, {"Šimková", "simkova"}, {"de Vries", "devries"}},
		cities:    []string{"Lyon", "Łódź", "São Paulo", "Galway"},
		separator: " ",
	},
	{
		given:     []written{{"Ольга", "olga"}, {"Дмитро", "dmytro"}, {"Милица", "milica"}},
		family:    []written{{"Шевченко", "shevchenko"}, {"Петрова", "petrova"}, {"Јовановић", "jovanovic"}},
		cities:    []string{"Київ", "Београд", "София"},
		separator: " ",
	},
	{
		given:     []written{{"Ελένη", "eleni"}, {"Γιώργος", "giorgos"}},
		family:    []written{{"Παπαδοπούλου", "papadopoulou"}, {"Νικολάου", "nikolaou"}},
		cities:    []string{"Αθήνα", "Πάτρα"},
		separator: " ",
	},
	{
		given:       []written{{"小明", "xiaoming"}, {"美玲", "meiling"}, {"翔太", "shota"}},
		family:      []written{{"王", "wang"}, {"陳", "chen"}, {"佐藤", "sato"}},
		cities:      []string{"台北", "上海", "大阪"},
		familyFirst: true,
	},
	{
		given:       []written{{"지훈", "jihoon"}, {"서연", "seoyeon"}},
		family:      []written{{"김", "kim"}, {"박", "park"}},
		cities:      []string{"서울", "부산"},
		familyFirst: true,
	},
	{
		given:     []written{{"فاطمة", "fatima"}, {"يوسف", "yusuf"}},
		family:    []written{{"الحسن", "alhasan"}, {"منصور", "mansour"}},
		cities:    []string{"القاهرة", "عمّان"},
		separator: " ",
	},
	{
		given:     []written{{"नेहा", "neha"}, {"अर्जुन", "arjun"}},
		family:    []written{{"शर्मा", "sharma"}, {"पटेल", "patel"}},
		cities:    []string{"दिल्ली", "पुणे"},
		separator: " ",
	},
	{
		given:     []written{{"สมชาย", "somchai"}, {"אורית", "orit"}},
		family:    []written{{"ศรีสุข", "srisuk"}, {"כהן", "cohen"}},
		cities:    []string{"กรุงเทพฯ", "חיפה"},
		separator: " ",
	},
}

// notes have what breaks careless code: quotes of all kinds, backslashes, comment signs, line ends, emoji of several
// code points, and nothing at all.
var notes = []string{
	`prefers "morning" calls ☎️`,
	`it's complicated; DROP TABLE customers; --`,
	"first line\nsecond line\tand a tab",
	`path is C:\Users\new\table`,
	`paid 100 € with $1 and :name and %s`,
	`family 👨‍👩‍👧‍👦, flag 🏳️‍🌈`,
	`says “hello” and ‚bye‘ /* not a comment */`,
	``,
	`NULL`,
	`\xdeadbeef`,
	"e\u0301 is not é, is it?",
}
