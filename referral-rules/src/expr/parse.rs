//! Tokens → a tree of nodes, by precedence climbing. Several faults are told at once: what cannot be read becomes a fault
//! node, and reading goes on behind it.
use super::cursor::Parser;
use super::faults::Faults;
use super::lexer::{Token, TokenKind};
use super::syntax::{Kind, Node, Operator};
use crate::base::limits::LIST_LENGTH_MAX;
use crate::diag::{Code, Span, Spanned};

const RELATIONS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<", Operator::Less),
    ("<=", Operator::AtMost),
    (">", Operator::Greater),
    (">=", Operator::AtLeast),
];
const SUMS: &[(&str, Operator)] = &[("+", Operator::Add), ("-", Operator::Subtract)];
const PRODUCTS: &[(&str, Operator)] = &[("*", Operator::Multiply), ("/", Operator::Divide)];

/// Reads all tokens as one expression.
pub(super) fn parse(tokens: Vec<Token>, faults: &mut Faults<'_>) -> Node {
    let end = tokens.last().map_or(Span::default(), |token| token.span);
    let mut parser = Parser { tokens, end, at: 0, nesting: 0, stopped: false, told: None, faults };
    let node = parser.expression();
    if parser.stopped || parser.kind() == &TokenKind::End {
        return node;
    }
    let mut parts = vec![node];
    while !parser.stopped && parser.kind() != &TokenKind::End {
        parts.extend(parser.leftover());
    }
    Node::new(Span::new(0, end.end), Kind::Broken(parts))
}

impl Parser<'_, '_> {
    /// Reads on behind a finished expression: tells it once, skips to something that can be read, and reads that.
    fn leftover(&mut self) -> Option<Node> {
        self.unexpected("expected an operator or the end");
        if matches!(self.kind(), TokenKind::Symbol(_) | TokenKind::Fault) {
            self.advance();
        }
        let stays = matches!(self.kind(), TokenKind::End | TokenKind::Symbol(")" | "]" | "}" | "," | ":"));
        (!stays).then(|| self.expression())
    }

    fn expression(&mut self) -> Node {
        self.nested(Self::conditional)
    }

    fn conditional(&mut self) -> Node {
        let condition = self.joined("||");
        if !self.accept("?") {
            return condition;
        }
        let yes = self.nested(|parser| parser.joined("||"));
        if !self.accept(":") {
            self.unexpected("expected `:` and what holds otherwise");
            return Node::fault(condition.span.to(yes.span));
        }
        let no = self.expression();
        let span = condition.span.to(no.span);
        let (condition, yes, no) = (Box::new(condition), Box::new(yes), Box::new(no));
        self.node(span, Kind::Conditional { condition, yes, no })
    }

    fn joined(&mut self, symbol: &'static str) -> Node {
        let next = |parser: &mut Self| if symbol == "||" { parser.joined("&&") } else { parser.binary(RELATIONS) };
        let first = next(self);
        if !self.sees(symbol) && !self.mistakes(symbol) {
            return first;
        }
        let mut terms = vec![first];
        while self.sees(symbol) || self.mistakes(symbol) {
            self.advance();
            terms.push(next(self));
        }
        let span = terms.iter().map(|term| term.span).reduce(Span::to).unwrap_or_default();
        self.node(span, if symbol == "||" { Kind::Or(terms) } else { Kind::And(terms) })
    }

    fn binary(&mut self, level: &[(&str, Operator)]) -> Node {
        let relations = level.first().is_some_and(|(_, operator)| operator.compares());
        let sums = level.first().is_some_and(|(_, operator)| *operator == Operator::Add);
        let next = |parser: &mut Self| match (relations, sums) {
            (true, _) => parser.binary(SUMS),
            (_, true) => parser.binary(PRODUCTS),
            _ => parser.unary(),
        };
        let mut left = next(self);
        loop {
            let found = level.iter().find(|(symbol, _)| self.sees(symbol)).map(|(_, operator)| *operator);
            let found = found.or_else(|| (relations && self.sees_word("in")).then_some(Operator::In));
            let Some(operator) = found else {
                if relations || sums || !self.sees("%") {
                    return left;
                }
                self.unexpected("expected an operator or the end");
                self.advance();
                let right = next(self);
                left = self.node(left.span.to(right.span), Kind::Broken(vec![left, right]));
                continue;
            };
            self.advance();
            let right = next(self);
            let span = left.span.to(right.span);
            left = self.node(span, Kind::Binary { operator, left: Box::new(left), right: Box::new(right) });
        }
    }

    fn unary(&mut self) -> Node {
        let start = self.span();
        if self.accept("!") {
            let of = self.nested(Self::unary);
            return self.node(start.to(of.span), Kind::Not(Box::new(of)));
        }
        if self.accept("-") {
            if self.kind() == &TokenKind::Int(i64::MIN.unsigned_abs()) {
                let span = start.to(self.advance());
                return self.node(span, Kind::Int(i64::MIN));
            }
            let of = self.nested(Self::unary);
            return self.node(start.to(of.span), Kind::Negate(Box::new(of)));
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Node {
        let mut node = self.primary();
        loop {
            if self.accept(".") {
                node = self.selected(node);
            } else if self.accept("[") {
                let index = self.expression();
                let end = self.closing("]");
                let span = node.span.to(end);
                node = self.node(span, Kind::Index { of: Box::new(node), index: Box::new(index) });
            } else {
                return node;
            }
        }
    }

    fn selected(&mut self, of: Node) -> Node {
        let at = self.span();
        if !matches!(self.kind(), TokenKind::Name(_) | TokenKind::Quoted(_)) {
            self.unexpected("expected a name after `.`");
            return Node::fault(of.span.to(at));
        }
        let (name, quoted) = match self.take() {
            TokenKind::Name(name) => (name, false),
            TokenKind::Quoted(name) => (name, true),
            _ => return Node::fault(of.span.to(at)),
        };
        let field = Spanned::new(name, at);
        if !quoted && self.accept("(") {
            let (arguments, end) = self.elements(")");
            let span = of.span.to(end);
            return self.node(span, Kind::Call { target: Some(Box::new(of)), name: field, arguments });
        }
        let span = of.span.to(at);
        self.node(span, Kind::Select { of: Box::new(of), field })
    }

    fn primary(&mut self) -> Node {
        let span = self.span();
        match self.kind() {
            TokenKind::Int(_) | TokenKind::Decimal(_) | TokenKind::Text(_) | TokenKind::Name(_) | TokenKind::Fault => {}
            TokenKind::Symbol("(") => {
                self.advance();
                let inner = self.expression();
                let end = self.closing(")");
                return Node { span: span.to(end), ..inner };
            }
            TokenKind::Symbol("[") => {
                self.advance();
                let (nodes, end) = self.elements("]");
                return self.node(span.to(end), Kind::List(nodes));
            }
            TokenKind::Symbol("{") => return self.map(span),
            TokenKind::Symbol(_) | TokenKind::Quoted(_) | TokenKind::End => {
                self.unexpected("expected a value");
                let stays = matches!(
                    self.kind(),
                    TokenKind::End
                        | TokenKind::Symbol(
                            ")" | "]"
                                | "}"
                                | ","
                                | ":"
                                | "?"
                                | "&&"
                                | "||"
                                | "=="
                                | "!="
                                | "<"
                                | "<="
                                | ">"
                                | ">="
                                | "*"
                                | "/"
                        )
                );
                if !stays {
                    self.advance();
                }
                return Node::fault(span);
            }
        }
        let kind = match self.take() {
            TokenKind::Int(value) => return self.whole(value, span),
            TokenKind::Name(name) => return self.named(name, span),
            TokenKind::Decimal(value) => Kind::Decimal(value),
            TokenKind::Text(text) => Kind::Text(text),
            TokenKind::Fault | TokenKind::Quoted(_) | TokenKind::Symbol(_) | TokenKind::End => Kind::Fault,
        };
        self.node(span, kind)
    }

    fn whole(&mut self, value: u64, span: Span) -> Node {
        match i64::try_from(value) {
            Ok(value) => self.node(span, Kind::Int(value)),
            Err(_) => {
                let help = "write a larger number with `.0`, as an exact decimal";
                self.faults.help(Code::BadNumber, span, "the whole number does not fit 64 bits", help);
                Node::fault(span)
            }
        }
    }

    fn named(&mut self, name: String, span: Span) -> Node {
        match name.as_str() {
            "true" => return self.node(span, Kind::Bool(true)),
            "false" => return self.node(span, Kind::Bool(false)),
            "null" => {
                let help = "write has(name) to ask whether a fact is there";
                self.faults.help(Code::ExpressionSyntax, span, "there is no `null`", help);
                return Node::fault(span);
            }
            "in" => {
                self.faults.error(Code::ExpressionSyntax, span, "expected a value, found `in`");
                return Node::fault(span);
            }
            _ => {}
        }
        if self.accept("(") {
            let (arguments, end) = self.elements(")");
            return self.node(span.to(end), Kind::Call { target: None, name: Spanned::new(name, span), arguments });
        }
        self.node(span, Kind::Name(name))
    }

    /// Reads expressions up to the closing symbol; a last comma is allowed, except before `)`.
    fn elements(&mut self, symbol: &'static str) -> (Vec<Node>, Span) {
        let mut nodes = Vec::new();
        while !self.sees(symbol) && self.kind() != &TokenKind::End {
            nodes.push(self.expression());
            if !self.accept(",") || (symbol != ")" && self.sees(symbol)) {
                break;
            }
            if self.sees(symbol) {
                self.unexpected("expected a value");
            }
        }
        let end = self.closing(symbol);
        self.check_length(&mut nodes, end);
        (nodes, end)
    }

    fn check_length(&mut self, nodes: &mut Vec<Node>, end: Span) {
        if nodes.len() > LIST_LENGTH_MAX {
            let message = format!("more than {LIST_LENGTH_MAX} elements");
            self.faults.error(Code::TooLarge, nodes.first().map_or(end, |node| node.span.to(end)), message);
            nodes.truncate(LIST_LENGTH_MAX);
        }
    }

    fn map(&mut self, start: Span) -> Node {
        self.advance();
        let mut entries = Vec::new();
        while !self.sees("}") && self.kind() != &TokenKind::End {
            let key = self.expression();
            if !self.accept(":") {
                self.unexpected("expected `:` and the value of the key");
                break;
            }
            entries.push((key, self.expression()));
            if !self.accept(",") {
                break;
            }
        }
        let end = if self.stopped || self.sees("}") {
            self.advance()
        } else {
            self.unexpected("expected `}`");
            self.recover("}")
        };
        if entries.len() > LIST_LENGTH_MAX {
            self.faults.error(Code::TooLarge, start.to(end), format!("more than {LIST_LENGTH_MAX} elements"));
            entries.truncate(LIST_LENGTH_MAX);
        }
        self.node(start.to(end), Kind::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::lexer;

    /// The tree with a bracket around every operation.
    fn shown(source: &str) -> String {
        let (place, mut diagnostics) = (|span| span, Vec::new());
        let mut faults = Faults::new(&place, &mut diagnostics);
        let tokens = lexer::tokens(source, &mut faults);
        let node = parse(tokens, &mut faults);
        assert!(faults.is_empty(), "{source}");
        show(source, &node)
    }

    fn show(source: &str, node: &Node) -> String {
        let all = |nodes: &[Node], between: &str| {
            nodes.iter().map(|node| show(source, node)).collect::<Vec<_>>().join(between)
        };
        match &node.kind {
            Kind::Binary { operator, left, right } => {
                format!("({} {} {})", show(source, left), operator.symbol(), show(source, right))
            }
            Kind::And(terms) => format!("({})", all(terms, " && ")),
            Kind::Or(terms) => format!("({})", all(terms, " || ")),
            Kind::Not(of) => format!("(!{})", show(source, of)),
            Kind::Negate(of) => format!("(-{})", show(source, of)),
            Kind::Conditional { condition, yes, no } => {
                format!("({} ? {} : {})", show(source, condition), show(source, yes), show(source, no))
            }
            Kind::Index { of, index } => format!("{}[{}]", show(source, of), show(source, index)),
            Kind::Select { of, field } => format!("{}.{}", show(source, of), field.value),
            _ => source.get(node.span.start..node.span.end).unwrap_or("?").to_owned(),
        }
    }

    #[test]
    fn operators_bind_as_in_cel() {
        for (source, wanted) in [
            ("a || b && c == d + e * -f", "(a || (b && (c == (d + (e * (-f))))))"),
            ("a - b - c", "((a - b) - c)"),
            ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
            ("!a.b[0] in c", "((!a.b[0]) in c)"),
            ("(a + b) * c", "((a + b) * c)"),
            ("-9223372036854775808 < 20% * a", "(-9223372036854775808 < (20% * a))"),
            ("a.f(b, 'c').in // comment", "a.f(b, 'c').in"),
            ("[1, 2,][0] == {'a': 1,}['a']", "([1, 2,][0] == {'a': 1,}['a'])"),
        ] {
            assert_eq!(shown(source), wanted, "{source}");
        }
    }
}
