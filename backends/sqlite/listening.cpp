#include "listening.hpp"

#include <databased/error.hpp>

#include <utility>

namespace databased::sqlite {

Listening::Listening(EventLoop& loop, std::shared_ptr<NewsHub> hub, std::string path, backend::NotificationSink& sink)
    : hub_(std::move(hub)), path_(std::move(path)), inbox_(std::make_shared<Inbox>(loop, sink)) {
    hub_->join(inbox_);
}

Listening::~Listening() {
    hub_->leave(inbox_);
    inbox_->close();
}

Task<> Listening::listen(std::string channel) {
    inbox_->want(channel);
    co_return;
}

Task<> Listening::unlisten(std::string channel) {
    inbox_->want_no_more(channel);
    co_return;
}

Task<> Listening::ping() {
    if (!path_.empty() && NewsHub::of_file(path_) != hub_) {
        throw_database_error({.message = "the SQLite database \"" + path_ + "\" was replaced while it was listened to",
                              .sqlstate = "08006"});
    }
    co_return;
}

}  // namespace databased::sqlite
