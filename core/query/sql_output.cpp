#include "query/sql_output.hpp"

#include "statement/utf8.hpp"

#include <databased/error.hpp>

#include <algorithm>

namespace databased::detail {

void append_name(std::string& out, std::string_view name, const Dialect& dialect) {
    if (name.empty()) throw UsageError("a name in a query is empty");
    if (name.find('"') != name.npos || name.find('\0') != name.npos || find_invalid_utf8(name)) {
        throw UsageError("the name '" + std::string{name.substr(0, name.find('\0'))} +
                         "' in a query contains a quote, a NUL or bytes that are not UTF-8");
    }
    const std::size_t longest = dialect.features().longest_name;
    if (name.size() > longest) {
        throw NotSupportedError("the name '" + std::string{name} + "' in a query has more than " +
                                std::to_string(longest) + " bytes, at which " + std::string{dialect.name()} +
                                " would cut it");
    }
    dialect.quoted_name(out, name);
}

std::string text_literal(std::string_view text) {
    std::string literal = "'";
    for (const char c : text) literal.append(c == '\'' ? 2 : 1, c);
    return literal + '\'';
}

SqlOutput::SqlOutput(const Dialect& dialect, std::size_t values, const RowsShape& rows)
    : dialect_(dialect), features_(dialect.features()), rows_(rows), is_used_(values), numbers_(values) {
    for (std::size_t i = 0; i < values; ++i) numbers_[i] = i + 1;
}

void SqlOutput::names(const std::vector<std::string_view>& names) {
    for (const auto& one : names) {
        if (&one != names.data()) text_ += ", ";
        name(one);
    }
}

void SqlOutput::value(std::size_t index) {
    is_used_[index] = true;
    dialect_.placeholder(text_, rows_.rows * rows_.width + numbers_[index]);
}

void SqlOutput::number_anew(const std::vector<bool>& is_used) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < is_used.size(); ++i) {
        if (!is_used[i]) continue;
        numbers_[i] = ++number;
        written_.order.push_back(static_cast<std::uint32_t>(i));
    }
}

WrittenQuery SqlOutput::finish(std::string with) {
    written_.text = with.empty() ? std::move(text_) : with + ' ' + text_;
    const auto used = static_cast<std::size_t>(std::count(is_used_.begin(), is_used_.end(), true));
    written_.parameter_count = rows_.rows * rows_.width + used;
    return std::move(written_);
}

}  // namespace databased::detail
