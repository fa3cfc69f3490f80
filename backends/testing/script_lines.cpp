#include "script_lines.hpp"

#include <databased/testing/failure.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace databased::test {

namespace {

constexpr std::string_view margin = "\n  ";

std::string described(const Statement& statement) {
    std::string text = statement.text().source;
    if (statement.text().parameter_count == 0) return text;
    for (std::size_t run = 0; run < statement.runs(); ++run) {
        text += margin;
        text += statement.is_many() ? "    item " + std::to_string(run) + ": " : "    values: ";
        text += statement.describe_values(run);
    }
    return text;
}

std::string where_texts_differ(std::string_view expected, std::string_view asked) {
    const auto place = std::mismatch(expected.begin(), expected.end(), asked.begin(), asked.end()).first;
    const auto offset = static_cast<std::size_t>(place - expected.begin());
    return "the texts differ from character " + std::to_string(offset + 1) + " on: \"" +
           std::string{asked.substr(offset, 30)} + "\" for \"" + std::string{expected.substr(offset, 30)} + '"';
}

std::string where_values_differ(const Statement& expected, const Statement& asked) {
    if (expected.runs() != asked.runs()) {
        return "there are " + std::to_string(asked.runs()) + " items for " + std::to_string(expected.runs());
    }
    for (std::size_t run = 0; run < expected.runs(); ++run) {
        const std::vector<Value> wanted = expected.parameters(run);
        const std::vector<Value> given = asked.parameters(run);
        for (std::size_t i = 0; i < std::max(wanted.size(), given.size()); ++i) {
            if (i < wanted.size() && i < given.size() && wanted[i] == given[i]) continue;
            std::string place = "value " + std::to_string(i + 1);
            if (expected.is_many()) place += " of item " + std::to_string(run);
            const bool is_kind = i < wanted.size() && i < given.size() && wanted[i].kind() != given[i].kind();
            if (!is_kind) return place + " differs";
            return place + " is " + std::string{name_of(given[i].kind())} + ", not " +
                   std::string{name_of(wanted[i].kind())};
        }
    }
    return {};
}

}  // namespace

std::string difference(const Statement& expected, const Statement& asked) {
    const std::string& wanted = expected.text().source;
    const std::string& given = asked.text().source;
    const std::string where =
        wanted != given ? where_texts_differ(wanted, given) : where_values_differ(expected, asked);
    if (where.empty()) return {};
    std::string text = "the script expects another statement: " + where;
    text += "\n  asked:    " + described(asked);
    text += "\n  expected: " + described(expected);
    return text;
}

std::shared_ptr<Script::State::Line> Script::State::take_first(Lines& lines) {
    auto line = std::move(lines.front());
    lines.pop_front();
    return line;
}

std::shared_ptr<Script::State::Line> Script::State::take(Lines& lines) {
    const std::lock_guard lock{mutex};
    return lines.empty() ? nullptr : take_first(lines);
}

std::shared_ptr<Script::State::Line> Script::State::take_for(const Statement& statement) {
    std::string wrong = "the script is at its end, but was asked: " + described(statement);
    {
        const std::lock_guard lock{mutex};
        if (!statements.empty()) wrong = difference(*statements.front()->statement, statement);
        if (wrong.empty()) return take_first(statements);
    }
    report_failure(wrong);
    throw_database_error({.message = "the test's script does not expect this statement", .sqlstate = "HY000"});
}

std::string Script::State::rest() {
    const std::lock_guard lock{mutex};
    std::string text;
    for (const auto& line : statements) text += "\n  " + described(*line->statement);
    if (!connections.empty()) text += "\n  connections: " + std::to_string(connections.size());
    if (!transactions.empty()) text += "\n  commits: " + std::to_string(transactions.size());
    return text.empty() ? text : "the script was not asked:" + text;
}

void Script::State::count(int& of_them) {
    const std::lock_guard lock{mutex};
    ++of_them;
}

int Script::State::counted(const int& of_them) {
    const std::lock_guard lock{mutex};
    return of_them;
}

}  // namespace databased::test
