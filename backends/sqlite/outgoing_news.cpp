#include "outgoing_news.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <string>
#include <utility>

namespace databased::sqlite {

namespace {

// https://www.postgresql.org/docs/current/sql-notify.html: on every database the same.
constexpr std::size_t longest_channel = 63;
constexpr std::size_t longest_payload = 7'999;

std::string text_of(sqlite3_value* value) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return text != nullptr ? std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(value))) : std::string{};
}

/// databased_notify(channel, payload)
void notify(sqlite3_context* context, int, sqlite3_value** arguments) {
    Message message{text_of(arguments[0]), text_of(arguments[1])};
    if (message.channel.empty() || message.channel.size() > longest_channel)
        return sqlite3_result_error(context, "the name of a channel has 1 to 63 bytes", -1);
    if (message.payload.size() > longest_payload)
        return sqlite3_result_error(context, "the payload of a notification has at most 7,999 bytes", -1);
    static_cast<PendingNews*>(sqlite3_user_data(context))->add(std::move(message));
}

/// databased_change_channel(table)
void change_channel(sqlite3_context* context, int, sqlite3_value** arguments) {
    const std::string channel = channel_of_table(lower_case(text_of(arguments[0])));
    sqlite3_result_text(context, channel.data(), static_cast<int>(channel.size()), SQLITE_TRANSIENT);
}

}  // namespace

/// No trigger or view may use it: other programs have no such function.
int OutgoingNews::install(sqlite3* database, std::shared_ptr<NewsHub> hub) noexcept {
    hub_ = std::move(hub);
    pending_.clear();
    sqlite3_rollback_hook(database, &OutgoingNews::on_rollback, this);
    const int code =
        sqlite3_create_function_v2(database, "databased_change_channel", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr,
                                   &change_channel, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return code;
    return sqlite3_create_function_v2(database, "databased_notify", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, &pending_,
                                      &notify, nullptr, nullptr, nullptr);
}

void OutgoingNews::publish() {
    if (pending_.is_empty() || !hub_->is_heard()) return pending_.clear();
    hub_->publish(pending_.take_messages(), pending_.take_written());
}

}  // namespace databased::sqlite
