#include "key_columns.hpp"

namespace databased::postgresql {

namespace {

/// Where the first of `stops` is that stands in no quotes and no parentheses; npos if there is none.
std::size_t find_outside(std::string_view text, std::string_view stops) {
    bool quoted = false;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char character = text[i];
        if (character == '"') quoted = !quoted;
        if (quoted) continue;
        if (depth == 0 && stops.find(character) != stops.npos) return i;
        if (character == '(') ++depth;
        if (character == ')') --depth;
    }
    return text.npos;
}

std::string without_quotes(std::string_view name) {
    if (name.size() < 2 || !name.starts_with('"') || !name.ends_with('"')) return std::string{name};
    std::string plain;
    for (std::size_t i = 1; i + 1 < name.size(); ++i) {
        plain += name[i];
        if (name[i] == '"') ++i;  // doubled inside
    }
    return plain;
}

}  // namespace

std::vector<std::string> key_columns(std::string_view detail) {
    std::vector<std::string> columns;
    const auto begin = detail.find('(');
    if (begin == detail.npos) return columns;
    std::string_view rest = detail.substr(begin + 1);
    const auto end = find_outside(rest, ")");
    if (end == rest.npos || !rest.substr(end).starts_with(")=(")) return columns;
    rest = rest.substr(0, end);
    while (true) {
        const auto comma = find_outside(rest, ",");
        columns.push_back(without_quotes(rest.substr(0, comma)));
        if (comma == rest.npos) return columns;
        rest.remove_prefix(comma + 1);
        if (rest.starts_with(' ')) rest.remove_prefix(1);
    }
}

}  // namespace databased::postgresql
