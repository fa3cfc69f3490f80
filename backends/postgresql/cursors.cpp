#include "cursors.hpp"

#include "error.hpp"

#include <databased/backend/redaction.hpp>
#include <databased/error.hpp>

namespace databased::postgresql {

std::shared_ptr<Cursor> make_cursor(const QueuedRequest& request, std::shared_ptr<PreparedStatement> statement) {
    const backend::Command& command = request.request().commands[request.place_of_run()];
    const Statement& values = *request.statement();
    auto cursor = std::make_shared<Cursor>(Cursor{.number = command.number, .statement = std::move(statement)});
    if (request.request().reports_values) cursor->values = values.describe_values(0);
    cursor->bound = backend::texts_of(values, 0, 0);
    return cursor;
}

std::exception_ptr error_of(const Cursor& cursor, const PGresult* result) {
    return error_of(result, cursor.statement->text.get(), cursor.values, {}, cursor.bound, declaration(cursor).size());
}

std::shared_ptr<Cursor> Cursors::find(std::uint32_t number) const {
    const auto found = cursors_.find(number);
    if (found == cursors_.end()) {
        throw_database_error(
            {.message = "there is no such cursor; it is gone with its transaction", .sqlstate = "34000"});
    }
    return found->second;
}

void Cursors::note(const backend::Command& command) {
    switch (command.verb) {
        case backend::Verb::begin:
        case backend::Verb::commit:
        case backend::Verb::rollback:
            return cursors_.clear();
        case backend::Verb::rollback_to:
            cursors_.erase(cursors_.upper_bound(command.number), cursors_.end());
            return;
        case backend::Verb::close_cursor:
            cursors_.erase(command.number);
            return;
        default:
            return;
    }
}

}  // namespace databased::postgresql
