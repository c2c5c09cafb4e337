package pgsql

import (
	"strconv"

	"github.com/sqlc-dev/oliphant/ast"
)

// valuesName is the name of a VALUES list's column, counted from 0.
func valuesName(i int) string { return "column" + strconv.Itoa(i+1) }

// expressionColumn is an output column that is no plain column.
func expressionColumn(t *ast.ResTarget) column {
	if t.GetName() != "" {
		return column{name: t.GetName()}
	}
	name, sure := expressionName(t.GetVal())
	return column{name: name, unnamed: !sure}
}

// expressionName is the name that the server gives an expression (FigureColname in src/backend/parser/parse_target.c);
// not sure for rare kinds.
func expressionName(n *ast.Node) (name string, sure bool) {
	switch e := n.GetNode().(type) {
	case *ast.Node_FuncCall:
		f := e.FuncCall.GetFuncname()
		return f[len(f)-1].GetString_().GetSval(), true
	case *ast.Node_TypeCast:
		if name, sure = expressionName(e.TypeCast.GetArg()); name != "?column?" {
			return name, sure
		}
		t := e.TypeCast.GetTypeName().GetNames()
		return t[len(t)-1].GetString_().GetSval(), true
	case *ast.Node_ColumnRef:
		f := e.ColumnRef.GetFields()
		return f[len(f)-1].GetString_().GetSval(), true
	case *ast.Node_AConst, *ast.Node_ParamRef, *ast.Node_BoolExpr, *ast.Node_NullTest, *ast.Node_BooleanTest:
		return "?column?", true
	case *ast.Node_AExpr:
		if e.AExpr.GetKind() == ast.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", true
		}
		return "?column?", true
	case *ast.Node_CoalesceExpr:
		return "coalesce", true
	case *ast.Node_AArrayExpr:
		return "array", true
	case *ast.Node_RowExpr:
		return "row", true
	}
	return "?column?", false
}
