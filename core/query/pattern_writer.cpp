#include "query/pattern_writer.hpp"

#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <string>
#include <string_view>

namespace databased::detail {

using backend::Patterns;

void PatternWriter::write_like(const Node& node) {
    const bool ignores_case = (node.detail & like_ignores_case) != 0;
    const bool has_glob = features().patterns == Patterns::glob_like;
    if (has_glob && !ignores_case) return write_glob(node);
    const bool is_folded = ignores_case && !has_glob;
    if (is_folded && features().patterns != Patterns::ilike) {
        throw NotSupportedError(std::string{dialect().name()} + " has no ilike()");
    }
    write(node.children[0], is_folded ? tight : joined);
    if (is_folded) out_ += dialect().code_point_order();  // A to Z only
    out_ += (node.detail & like_negated) != 0 ? " NOT " : " ";
    out_ += is_folded ? "ILIKE " : "LIKE ";
    write_beside(node.children[1], tight);
    if (node.escape == features().like_escape) return;
    out_ += " ESCAPE ";
    out_ += text_literal(node.escape == '\0' ? std::string_view{} : std::string_view{&node.escape, 1});
}

/// SQLite's LIKE does not tell upper and lower case apart, its GLOB does.
void PatternWriter::write_glob(const Node& node) {
    const Node& pattern = node.children[1];
    write(node.children[0], joined);
    out_ += (node.detail & like_negated) != 0 ? " NOT GLOB " : " GLOB ";
    if (pattern.op != Op::value) return write_glob_pattern(pattern, node.escape);
    if (writers_.expressions.writes_literals()) {
        throw NotSupportedError("like() in a declaration is not written for " + std::string{dialect().name()} +
                                "; use ilike()");
    }
    out_.glob(pattern.number, node.escape);
    writers_.expressions.write_bare_value(pattern);
}

/// [ first: it begins what the others become.
void PatternWriter::write_glob_pattern(const Node& pattern, char escape) {
    if (escape != '\0') {
        throw NotSupportedError(
            std::string{dialect().name()} +
            " has no like() with an escape character whose pattern is an expression; pass a pattern that is a value");
    }
    out_ += "replace(replace(replace(replace(replace(";
    write(pattern, loose);
    out_ += ", '[', '[[]'), '*', '[*]'), '?', '[?]'), '%', '*'), '_', '?')";
}

}  // namespace databased::detail
