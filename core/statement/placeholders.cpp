#include "statement/placeholders.hpp"

#include <databased/error.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace databased::detail {

namespace {

constexpr std::uint32_t highest_number = 65535;  // PostgreSQL counts parameters in 16 bits

[[noreturn]] void throw_malformed(std::string_view placeholder, const backend::Lexicon& lexicon) {
    throw ParameterError("the placeholder " + std::string{placeholder} +
                         " is not understood; write ? for positional arguments" +
                         (lexicon.dollar_parameters ? ", or $1, $2, ..." : "") +
                         " or :name for named ones (a name is made of ASCII letters, digits and underscores)");
}

}  // namespace

void Placeholders::read(const Token& token) {
    const std::size_t marks_before = into_.marks.size();
    const bool is_parameter = add_mark(token);
    if (auto list = in_lists_.read(token, is_parameter)) into_.marks[marks_before - 1].in_list = list;
}

void Placeholders::settle() {
    if (!into_.names.empty()) {
        set_style(ParameterStyle::named, into_.names.size());
        leave_question_marks_alone();
    } else if (highest_ > 0) {
        set_style(ParameterStyle::numbered, highest_);
    } else {
        set_style(ParameterStyle::positional, question_marks_);
    }
    check_not_mixed();
}

bool Placeholders::add_mark(const Token& token) {
    switch (token.kind) {
        case TokenKind::question_mark:
            return add_question_mark(token);
        case TokenKind::named_parameter:
            return add_parameter(token, number_of_name(token));
        case TokenKind::numbered_parameter:
            return add_numbered(token);
        case TokenKind::double_question_mark:
            return add_escaped_question_mark(token);
        case TokenKind::escaped_colon:
            return add_replacement(token, Replacement::colon);
        case TokenKind::malformed_placeholder:
            throw_malformed(token.in(sql_), lexicon_);
        default:
            return false;
    }
}

bool Placeholders::add_parameter(const Token& token, std::uint32_t parameter) {
    into_.marks.push_back({Replacement::parameter, token.begin, token.end, parameter});
    return true;
}

bool Placeholders::add_replacement(const Token& token, Replacement replacement) {
    into_.marks.push_back({replacement, token.begin, token.end});
    return false;
}

bool Placeholders::add_question_mark(const Token& token) {
    into_.has_question_marks = true;
    return add_parameter(token, question_marks_++);
}

bool Placeholders::add_numbered(const Token& token) {
    std::uint32_t number = 0;
    const auto result = std::from_chars(sql_.data() + token.begin + 1, sql_.data() + token.end, number);
    if (result.ec != std::errc{} || number == 0 || number > highest_number) {
        throw ParameterError("the placeholder " + std::string{token.in(sql_)} +
                             " is out of range; parameters are counted from $1");
    }
    highest_ = std::max(highest_, number);
    return add_parameter(token, number - 1);
}

bool Placeholders::add_escaped_question_mark(const Token& token) {
    if (!lexicon_.sigil_operators) {
        throw ParameterError("?? stands for an operator ?, which this database does not have; write ? for a parameter");
    }
    return add_replacement(token, Replacement::question_mark);
}

std::uint32_t Placeholders::number_of_name(const Token& token) {
    const std::string_view name = token.in(sql_).substr(1);
    const auto [known, is_new] = numbers_.try_emplace(name, static_cast<std::uint32_t>(numbers_.size()));
    if (is_new) into_.names.emplace_back(name);
    return known->second;
}

void Placeholders::set_style(ParameterStyle style, std::size_t parameter_count) {
    into_.style = style;
    into_.parameter_count = parameter_count;
}

void Placeholders::check_not_mixed() const {
    const bool named = into_.style == ParameterStyle::named;
    if (named && highest_ > 0) throw ParameterError("the SQL mixes :name and $1; use one form of placeholders");
    if (into_.style == ParameterStyle::numbered && into_.has_question_marks) {
        throw ParameterError("the SQL mixes $1 and ?; use one form of placeholders, and write ?? for an operator ?");
    }
    if (named && into_.has_question_marks && !lexicon_.sigil_operators) {
        throw ParameterError("the SQL mixes :name and ?; use one form of placeholders");
    }
}

/// Beside names they are operators: data ? 'key' AND id = :id.
void Placeholders::leave_question_marks_alone() {
    std::erase_if(into_.marks, [this](const Mark& mark) {
        return mark.replacement == Replacement::parameter && sql_[mark.begin] == '?';
    });
}

}  // namespace databased::detail
