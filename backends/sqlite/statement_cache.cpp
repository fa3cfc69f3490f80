#include "statement_cache.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cctype>

namespace databased::sqlite {

namespace {

bool contains_word(std::string_view text, std::string_view lower_case_word) {
    const auto same = [](char left, char right) { return std::tolower(static_cast<unsigned char>(left)) == right; };
    return std::search(text.begin(), text.end(), lower_case_word.begin(), lower_case_word.end(), same) != text.end();
}

int preparations_of(sqlite3_stmt* statement) { return sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0); }

std::string text_or_nothing(const char* text) { return text != nullptr ? text : ""; }

}  // namespace

void FinalizeStatement::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

PreparedStatement* StatementCache::find(const std::shared_ptr<const SqlText>& text, int& code) {
    if (const auto known = index_.find(Key{text->hash, text->text}); known != index_.end()) {
        if (known->second != statements_.begin()) statements_.splice(statements_.begin(), statements_, known->second);
        return &statements_.front();
    }
    sqlite3_stmt* handle = nullptr;
    code = sqlite3_prepare_v3(database_, text->text.data(), static_cast<int>(text->text.size()),
                              SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    if (code != SQLITE_OK || handle == nullptr) return nullptr;

    PreparedStatement statement;
    statement.handle.reset(handle);
    statement.text = text;
    statement.is_readonly = sqlite3_stmt_readonly(handle) != 0;
    statement.inserts =
        text->kind == StatementKind::data_change && text->command != "UPDATE" && text->command != "DELETE";
    statement.changes_rows = text->kind == StatementKind::data_change;
    statement.reads_last_rowid = statement.inserts && contains_word(text->text, "last_insert_rowid");
    statements_.push_front(std::move(statement));
    index_.emplace(Key{text->hash, statements_.front().text->text}, statements_.begin());
    if (statements_.size() > std::max(capacity_, std::size_t{1})) {
        const auto& oldest = *statements_.back().text;
        index_.erase(Key{oldest.hash, oldest.text});
        statements_.pop_back();
    }
    return &statements_.front();
}

const std::shared_ptr<const detail::ColumnSet>& StatementCache::columns(PreparedStatement& statement) const {
    sqlite3_stmt* handle = statement.handle.get();
    const int preparations = preparations_of(handle);
    if (statement.columns != nullptr && statement.preparations == preparations) return statement.columns;
    auto columns = std::make_shared<detail::ColumnSet>();
    columns->numeric_time = numeric_time_;
    for (int i = 0; i < sqlite3_column_count(handle); ++i) {
        columns->columns.push_back(Column{text_or_nothing(sqlite3_column_name(handle, i)),
                                          text_or_nothing(sqlite3_column_decltype(handle, i))});
    }
    statement.columns = std::move(columns);
    statement.preparations = preparations;
    return statement.columns;
}

void StatementCache::clear() noexcept {
    index_.clear();
    statements_.clear();
}

}  // namespace databased::sqlite
