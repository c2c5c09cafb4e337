package pgvalue

// word is what a name in a date means.
type word struct {
	kind  wordKind
	value int
}

type wordKind uint8

const (
	wordUnknown wordKind = iota
	wordMonth
	wordWeekday
	wordEra      // value 1 for BC
	wordMeridiem // value 12 for PM
	wordTime     // the T between date and time
	wordUTC
)

// words are the names that date input knows (PostgreSQL documentation, B.2), lower case. Of the zones' names only
// those of UTC are here: the others are a setting of the server.
var words = map[string]word{
	"jan": {wordMonth, 1}, "january": {wordMonth, 1},
	"feb": {wordMonth, 2}, "february": {wordMonth, 2},
	"mar": {wordMonth, 3}, "march": {wordMonth, 3},
	"apr": {wordMonth, 4}, "april": {wordMonth, 4},
	"may": {wordMonth, 5},
	"jun": {wordMonth, 6}, "june": {wordMonth, 6},
	"jul": {wordMonth, 7}, "july": {wordMonth, 7},
	"aug": {wordMonth, 8}, "august": {wordMonth, 8},
	"sep": {wordMonth, 9}, "sept": {wordMonth, 9}, "september": {wordMonth, 9},
	"oct": {wordMonth, 10}, "october": {wordMonth, 10},
	"nov": {wordMonth, 11}, "november": {wordMonth, 11},
	"dec": {wordMonth, 12}, "december": {wordMonth, 12},
	"sun": {wordWeekday, 0}, "sunday": {wordWeekday, 0},
	"mon": {wordWeekday, 1}, "monday": {wordWeekday, 1},
	"tue": {wordWeekday, 2}, "tues": {wordWeekday, 2}, "tuesday": {wordWeekday, 2},
	"wed": {wordWeekday, 3}, "weds": {wordWeekday, 3}, "wednesday": {wordWeekday, 3},
	"thu": {wordWeekday, 4}, "thur": {wordWeekday, 4}, "thurs": {wordWeekday, 4}, "thursday": {wordWeekday, 4},
	"fri": {wordWeekday, 5}, "friday": {wordWeekday, 5},
	"sat": {wordWeekday, 6}, "saturday": {wordWeekday, 6},
	"ad": {wordEra, 0}, "bc": {wordEra, 1},
	"am": {wordMeridiem, 0}, "pm": {wordMeridiem, 12},
	"t": {wordTime, 0},
	"z": {wordUTC, 0}, "utc": {wordUTC, 0}, "gmt": {wordUTC, 0}, "zulu": {wordUTC, 0},
}
