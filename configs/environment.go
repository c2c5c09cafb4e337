package configs

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// applyEnvironment overrides settings by KEYASIDE_* variables. Each variable is parsed alone, so that a fault can be
// told to belong to it.
func (c *Config) applyEnvironment(environ map[string]string) Problems {
	var problems Problems
	allow := func(name string) { delete(environ, name) }
	for _, name := range slices.Sorted(maps.Keys(environ)) {
		if !strings.HasPrefix(name, envPrefix) || environ[name] == "" {
			allow(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(environ)) {
		addSections(reflect.ValueOf(c).Elem(), envPrefix, name)
		known, err := c.applyVariable(name, environ[name])
		switch {
		case err != nil:
			problems = append(problems, variableProblems(name, err)...)
		case known:
			c.origins.variables[name] = true
		default:
			continue // judged below, when it is known which variables hold secrets
		}
		allow(name)
	}
	for _, ref := range c.secrets() {
		allow(ref.Env)
	}
	return append(problems, unknownVariables(environ)...)
}

// applyVariable sets the setting that the variable names, and reports whether there is one.
func (c *Config) applyVariable(name, value string) (known bool, err error) {
	err = env.ParseWithOptions(c, env.Options{
		Prefix:      envPrefix,
		Environment: map[string]string{name: value},
		OnSet:       func(tag string, _ any, _ bool) { known = known || tag == name },
	})
	return known, err
}

// addSections makes the sections that a variable reaches into: the parser leaves nil pointers alone.
func addSections(section reflect.Value, prefix, name string) {
	for i := range section.NumField() {
		field := section.Field(i)
		at := prefix + section.Type().Field(i).Tag.Get("envPrefix")
		if at == prefix || !strings.HasPrefix(name, at) {
			continue
		}
		if field.Kind() == reflect.Pointer && field.IsNil() {
			if literalSecret(field, at, name) {
				continue
			}
			field.Set(reflect.New(field.Type().Elem()))
			setDefaults(field.Elem())
		}
		switch field = reflect.Indirect(field); field.Kind() {
		case reflect.Struct:
			addSections(field, at, name)
		case reflect.Slice:
			for i := range field.Len() {
				addSections(field.Index(i), fmt.Sprintf("%s%d_", at, i), name)
			}
		}
	}
}

// literalSecret keeps KEYASIDE_..._PIN_X from making a PIN's section that has no source in it.
func literalSecret(field reflect.Value, prefix, name string) bool {
	_, secret := field.Interface().(*SecretRef)
	return secret && !slices.Contains([]string{"FILE", "ENV", "FD"}, strings.TrimPrefix(name, prefix))
}

// variableProblems turns what the parser of one variable says into our form. Its own text is left out where it is not
// ours: it quotes the value.
func variableProblems(name string, err error) Problems {
	if inner, ok := errors.AsType[Problems](causeOf(err)); ok {
		for i := range inner {
			inner[i].Source = name
		}
		return inner
	}
	what, todo := "cannot be read", "see the documentation of the setting"
	if parse, ok := causeOf(err).(env.ParseError); ok {
		switch {
		case parse.Type.Kind() == reflect.Bool:
			what, todo = explain(errBool)
		case parse.Type.Kind() == reflect.Int:
			what, todo = explain(errInteger)
		case errors.Is(parse.Err, errDuration), errors.Is(parse.Err, errBytes):
			what, todo = explain(parse.Err)
		}
	}
	return Problems{{Source: name, What: what, Remedy: todo}}
}

// causeOf unwraps the parser's list of errors, which holds one error for one variable, down to Problems if they are
// the cause.
func causeOf(err error) error {
	var list env.AggregateError
	if errors.As(err, &list) && len(list.Errors) > 0 {
		err = list.Errors[0]
	}
	if parse, ok := err.(env.ParseError); ok {
		if inner, ok := parse.Err.(Problems); ok {
			return inner
		}
	}
	return err
}

// serviceLink matches what Kubernetes puts into the environment of every pod for a Service named keyaside or
// keyaside-postgres (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
var serviceLink = regexp.MustCompile(`_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

// unknownVariables refuses variables that look like a setting and are none: their first word is that of a section, or a
// slip away from one. Others that happen to start with KEYASIDE_ belong to somebody else.
func unknownVariables(environ map[string]string) Problems {
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(environ)) {
		word, _, _ := strings.Cut(strings.TrimPrefix(name, envPrefix), "_")
		isNear := func(section string) bool { return near(word, section) }
		if serviceLink.MatchString(name) || !slices.ContainsFunc(sectionWords, isNear) {
			continue
		}
		todo := "take the name from the setting's path in the file: postgres.listen is KEYASIDE_POSTGRES_LISTEN"
		if strings.HasSuffix(name, "_PIN") || strings.HasSuffix(name, "_PASSWORD") || strings.HasSuffix(name, "_PASSPHRASE") {
			todo = fmt.Sprintf("a secret is given by reference: set %s_FILE, %[1]s_ENV or %[1]s_FD", name)
		}
		problems = append(problems, Problem{Source: name, What: "is not a setting", Remedy: todo})
	}
	return problems
}

var sectionWords = []string{"POSTGRES", "KEYS", "AUDIT", "LOG", "FIELDS", "TABLES"}

// UnmarshalText reads all fields from YAML text, as from the environment.
func (f *Fields) UnmarshalText(text []byte) error { return decodeSection(text, f) }

// UnmarshalText reads all tables from YAML text, as from the environment.
func (t *Tables) UnmarshalText(text []byte) error { return decodeSection(text, t) }

// UnmarshalText reads all columns of a table from YAML text, as from the environment.
func (c *Columns) UnmarshalText(text []byte) error { return decodeSection(text, c) }

func decodeSection(text []byte, into any) error {
	_, problems := decodeText("", text, into)
	return problems.err()
}
