#include <databased/backend/redaction.hpp>
#include <databased/detail/array_block.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace databased::backend {

namespace {

using Marks = std::pair<std::string_view, std::string_view>;

// Of the languages that servers speak.
constexpr std::array<Marks, 5> quotation_marks{Marks{"\"", "\""}, Marks{"«", "»"}, Marks{"„", "“"}, Marks{"“", "”"},
                                               Marks{"'", "'"}};
constexpr std::string_view left_out = "…";
constexpr std::size_t least_to_look_for = 4;  // shorter values are found in quotation marks only

std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

void add_text(const detail::Cell& cell, std::vector<std::string>& texts) {
    switch (cell.kind) {
        case ValueKind::text:
        case ValueKind::json:
        case ValueKind::bytes:
            if (!cell.text().empty()) texts.push_back(lower_case(cell.text()));
            return;
        case ValueKind::array: {
            const detail::ArrayView array{cell.text()};
            for (std::size_t i = 0; i < array.size(); ++i) add_text(array[i], texts);
            return;
        }
        default:
            return;
    }
}

/// Both in lower case, because the server may have folded a name.
bool repeats(std::string_view quoted, std::span<const std::string> values) {
    if (quoted.empty()) return false;
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& value) { return contains(value, quoted) || contains(quoted, value); });
}

std::string without_quoted(std::string message, std::string_view sql, std::span<const std::string> values) {
    for (const auto& [open, close] : quotation_marks) {
        for (auto at = message.find(open); at != message.npos;) {
            const auto begin = at + open.size();
            const auto end = message.find(close, begin);
            if (end == message.npos) break;
            const std::string quoted = lower_case(std::string_view{message}.substr(begin, end - begin));
            const bool goes = repeats(quoted, values) && !contains(sql, quoted);
            if (goes) message.replace(begin, end - begin, left_out);
            at = message.find(open, (goes ? begin + left_out.size() : end) + close.size());
        }
    }
    return message;
}

/// As in "no such column: NAME", which a full-text search says of what it was asked to look for.
std::string without_end(std::string message, std::string_view sql, std::span<const std::string> values) {
    constexpr std::string_view mark = ": ";
    const auto colon = message.rfind(mark);
    if (colon == message.npos) return message;
    const auto begin = colon + mark.size();
    const std::string end = lower_case(std::string_view{message}.substr(begin));
    const bool is_piece = !end.empty() && std::any_of(values.begin(), values.end(),
                                                      [&](const std::string& value) { return contains(value, end); });
    if (is_piece && !contains(sql, end)) message.replace(begin, message.npos, left_out);
    return message;
}

}  // namespace

std::vector<std::string> texts_of(const Statement& statement, std::size_t first, std::size_t last) {
    std::vector<std::string> texts;
    for (std::size_t run = first; run <= last; ++run) {
        for (std::size_t i = 0; i < statement.text().parameter_count; ++i) add_text(statement.parameter(i, run), texts);
    }
    std::sort(texts.begin(), texts.end(),
              [](const auto& left, const auto& right) { return left.size() > right.size(); });
    return texts;
}

std::string without_bound(std::string_view message, std::string_view sql, std::span<const std::string> values) {
    if (values.empty()) return std::string{message};
    const std::string written = lower_case(sql);
    std::string kept{message};
    for (const std::string& value : values) {
        if (value.size() < least_to_look_for || contains(written, value)) continue;
        for (auto at = lower_case(kept).find(value); at != kept.npos; at = lower_case(kept).find(value)) {
            kept.replace(at, value.size(), left_out);
        }
    }
    return without_end(without_quoted(std::move(kept), written, values), written, values);
}

}  // namespace databased::backend
