#include "listening.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::sqlite {

Listening::Listening(EventLoop& loop, std::shared_ptr<NewsHub> hub, const SqliteOptions& options,
                     backend::NotificationSink& sink)
    : loop_(loop), hub_(std::move(hub)), options_(options), inbox_(std::make_shared<Inbox>(loop, sink)) {
    hub_->join(inbox_);
}

Listening::~Listening() {
    hub_->leave(inbox_);
    inbox_->close();
}

Task<> Listening::listen(std::string channel) {
    inbox_->want(channel);
    if (!foreign_ && !options_.in_memory() && inbox_->wants_tables()) foreign_.emplace(loop_, options_, *inbox_);
    co_return;
}

Task<> Listening::unlisten(std::string channel) {
    inbox_->want_no_more(channel);
    if (!inbox_->wants_tables()) foreign_.reset();
    co_return;
}

Task<> Listening::ping() {
    if (!options_.in_memory() && NewsHub::of_file(options_.path) != hub_) {
        throw_database_error(
            {.message = "the SQLite database \"" + options_.path + "\" was replaced while it was listened to",
             .sqlstate = "08006"});
    }
    co_return;
}

}  // namespace databased::sqlite
