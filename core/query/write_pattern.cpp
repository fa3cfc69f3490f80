// Expressions: LIKE.
#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <cstdint>
#include <string_view>

namespace databased::detail {

void QueryWriter::write_like(const Node& node) {
    const bool ignores_case = (node.detail & like_ignores_case) != 0;
    if (sqlite() && !ignores_case) return write_glob(node);
    const bool is_folded = ignores_case && !sqlite();
    write(node.children[0], is_folded ? tight : joined);
    if (is_folded) text_ += " COLLATE \"C\"";  // A to Z only
    text_ += (node.detail & like_negated) != 0 ? " NOT " : " ";
    text_ += is_folded ? "ILIKE " : "LIKE ";
    write_beside(node.children[1], tight);
    const bool is_default = sqlite() ? node.escape == '\0' : node.escape == '\\';
    if (is_default) return;
    text_ += " ESCAPE ";
    text_ += text_literal(node.escape == '\0' ? std::string_view{} : std::string_view{&node.escape, 1});
}

/// SQLite's LIKE does not tell upper and lower case apart, its GLOB does.
void QueryWriter::write_glob(const Node& node) {
    const Node& pattern = node.children[1];
    write(node.children[0], joined);
    text_ += (node.detail & like_negated) != 0 ? " NOT GLOB " : " GLOB ";
    if (pattern.op != Op::value) return write_glob_pattern(pattern, node.escape);
    if (literals_ != nullptr) throw NotSupportedError("like() in a declaration is not written for SQLite; use ilike()");
    written_.globs.push_back({static_cast<std::uint32_t>(pattern.number), node.escape});
    write_bare_value(pattern);
}

/// [ first: it begins what the others become.
void QueryWriter::write_glob_pattern(const Node& pattern, char escape) {
    if (escape != '\0') {
        throw NotSupportedError(
            "SQLite has no like() with an escape character whose pattern is an expression; pass a "
            "pattern that is a value");
    }
    text_ += "replace(replace(replace(replace(replace(";
    write(pattern, loose);
    text_ += ", '[', '[[]'), '*', '[*]'), '?', '[?]'), '%', '*'), '_', '?')";
}

}  // namespace databased::detail
