#include "query/pattern.hpp"

#include <databased/error.hpp>
#include <databased/query/conditions.hpp>

#include <cstddef>

namespace databased::detail {

namespace {

bool is_special_in_glob(char c) { return c == '*' || c == '?' || c == '['; }

void append_plain(std::string& glob, char c) {
    if (is_special_in_glob(c)) {
        glob += {'[', c, ']'};
    } else {
        glob += c;
    }
}

std::string escaped(std::string_view text) {
    std::string pattern;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern;
}

}  // namespace

std::string to_glob(std::string_view pattern, char escape) {
    std::string glob;
    glob.reserve(pattern.size() + 8);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (escape != '\0' && c == escape) {
            append_plain(glob, pattern[++i]);
        } else if (c == '%' || c == '_') {
            glob += c == '%' ? '*' : '?';
        } else {
            append_plain(glob, c);
        }
    }
    return glob;
}

void check_escape(char escape) {
    const bool is_ascii = static_cast<unsigned char>(escape) < 0x80;
    if (is_ascii && escape != '%' && escape != '_') return;
    throw ParameterError("the escape character of like() is one of ASCII, and neither % nor _");
}

void check_pattern(std::string_view pattern, char escape) {
    if (escape == '\0') return;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == escape && ++i == pattern.size()) {
            throw ParameterError("a pattern of like() ends in the character that escapes what follows");
        }
    }
}

Condition matches_text(Shape subject, std::string_view before, std::string_view text, std::string_view after) {
    std::string pattern{before};
    pattern += escaped(text);
    pattern += after;
    subject.value<std::string>(pattern);
    return Condition{std::move(subject.op(Op::like, 0, '\\'))};
}

}  // namespace databased::detail
