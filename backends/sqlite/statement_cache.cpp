#include "statement_cache.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace databased::sqlite {

namespace {

int preparations_of(sqlite3_stmt* statement) { return sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0); }

std::string text_or_nothing(const char* text) { return text != nullptr ? text : ""; }

}  // namespace

StatementCache::StatementCache(sqlite3* database, std::size_t capacity, NumericTime numeric_time)
    : database_(database), capacity_(capacity), numeric_time_(numeric_time) {
    sqlite3_set_authorizer(database, &StatementCache::on_action, this);
}

StatementCache::~StatementCache() { sqlite3_set_authorizer(database_, nullptr, nullptr); }

/// SQLite asks also about what it prepares for itself, and when it prepares a text again for another schema.
int StatementCache::on_action(void* self, int action, const char* first, const char* second, const char* database,
                              const char* cause) noexcept {
    auto& that = *static_cast<StatementCache*>(self);
    try {
        if (that.listening_ == nullptr) {
            const bool writes = action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE;
            if (writes && database != nullptr && std::string_view{database} == "main")
                that.told_unasked_.names.insert(lower_case(first));
            return SQLITE_OK;
        }
        return that.listening_->on_action(action, first, second, database, cause);
    } catch (...) {
        return SQLITE_DENY;
    }
}

PreparedStatement* StatementCache::find(const SqlText& text) noexcept {
    // The usual case looks into no text: who counts its users writes beside it, on another thread.
    if (!statements_.empty() && statements_.front().text.get() == &text) return &statements_.front();
    const auto known = index_.find(Key{text.hash, text.text});
    if (known == index_.end()) return nullptr;
    if (known->second != statements_.begin()) statements_.splice(statements_.begin(), statements_, known->second);
    return &statements_.front();
}

PreparedStatement* StatementCache::prepare(const std::shared_ptr<const SqlText>& text, bool may_set,
                                           StatementFacts& facts, int& code) {
    FactsReader reader{may_set};
    sqlite3_stmt* handle = nullptr;
    listening_ = &reader;
    code = sqlite3_prepare_v3(database_, text->text.data(), static_cast<int>(text->text.size()),
                              SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    listening_ = nullptr;

    PreparedStatement statement;
    statement.handle.reset(handle);
    statement.text = text;
    statement.facts = reader.finish(handle == nullptr || sqlite3_stmt_readonly(handle) != 0,
                                    handle != nullptr && sqlite3_stmt_isexplain(handle) != 0);
    if (handle == nullptr) {
        facts = std::move(statement.facts);
        return nullptr;
    }
    return &keep(std::move(statement));
}

PreparedStatement& StatementCache::keep(PreparedStatement statement) {
    statements_.push_front(std::move(statement));
    const SqlText& text = *statements_.front().text;
    index_.emplace(Key{text.hash, text.text}, statements_.begin());
    if (statements_.size() > std::max(capacity_, std::size_t{1})) {
        const auto& oldest = *statements_.back().text;
        index_.erase(Key{oldest.hash, oldest.text});
        statements_.pop_back();
    }
    return statements_.front();
}

PreparedStatement StatementCache::take(PreparedStatement& statement) {
    const auto place = index_.find(Key{statement.text->hash, statement.text->text});
    const Statements::iterator kept = place->second;
    index_.erase(place);
    PreparedStatement taken = std::move(*kept);
    statements_.erase(kept);
    return taken;
}

void StatementCache::give_back(PreparedStatement statement) {
    if (find(*statement.text) == nullptr) keep(std::move(statement));
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

/// A trigger may have come since it was prepared.
std::shared_ptr<const WrittenTables> StatementCache::written_anew(PreparedStatement& statement) {
    if (told_unasked_.names.empty()) return nullptr;
    WrittenTables all = std::exchange(told_unasked_, {});
    if (statement.facts.written != nullptr) {
        all.names.insert(statement.facts.written->names.begin(), statement.facts.written->names.end());
        all.may_be_any = statement.facts.written->may_be_any;
    }
    auto written = std::make_shared<const WrittenTables>(std::move(all));
    if (!statement.facts.is_readonly) statement.facts.written = written;
    return written;
}

void StatementCache::clear() noexcept {
    index_.clear();
    statements_.clear();
}

}  // namespace databased::sqlite
