#include "support/proxied_connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace support {

namespace {

/// Then the sender has to wait, as before a slow network.
constexpr std::size_t most_held_back = 1'000'000;

void close_at_once(int socket, Cut how) noexcept {
    if (how == Cut::reset) {
        const linger no_linger{.l_onoff = 1, .l_linger = 0};
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
        return;
    }
    // What nobody has read would make a reset of it.
    std::array<char, 4'096> unread;
    while (recv(socket, unread.data(), unread.size(), MSG_DONTWAIT) > 0) {
    }
}

std::optional<TimePoint> earlier(std::optional<TimePoint> first, std::optional<TimePoint> second) noexcept {
    if (!first || !second) return first ? first : second;
    return std::min(*first, *second);
}

}  // namespace

void Stream::read(TimePoint now) {
    std::array<char, 65'536> buffer;
    if (!wants_to_read()) return;
    const auto size = recv(from_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) return add({buffer.data(), static_cast<std::size_t>(size)}, now);
    has_come_to_end_ = size == 0 || errno != EAGAIN;
}

void Stream::add(std::string bytes, TimePoint came) {
    held_back_ += bytes.size();
    pieces_.push_back({std::move(bytes), came});
}

bool Stream::wants_to_read() const noexcept { return !has_come_to_end_ && held_back_ < most_held_back; }

std::optional<TimePoint> Stream::due() const noexcept {
    if (pieces_.empty() || rule_->is_stalled || is_blocked_) return std::nullopt;
    return std::max<TimePoint>(pieces_.front().came + rule_->delay, last_write_ + rule_->pause);
}

std::optional<Cut> Stream::write(TimePoint now) {
    is_blocked_ = false;
    for (auto next = due(); next && *next <= now; next = due()) {
        if (const auto cut = write_next(now)) return cut;
    }
    if (has_come_to_end_ && pieces_.empty() && !rule_->is_stalled) tell_end();
    return std::nullopt;
}

std::optional<Cut> Stream::write_next(TimePoint now) {
    if (const auto cut = cut_if_due()) return cut;
    const std::size_t size = next_size();
    char* const bytes = pieces_.front().bytes.data() + done_of_first_;
    corrupt(bytes, size);
    const auto written = send(to_, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written < 0 && errno != EAGAIN) return Cut::reset;
    is_blocked_ = written < 0;
    if (!is_blocked_) count(static_cast<std::size_t>(written), now);
    return cut_if_due();
}

std::optional<Cut> Stream::cut_if_due() const noexcept {
    if (rule_->cut_in != 0U) return std::nullopt;
    rule_->cut_in.reset();
    return rule_->cut;
}

std::size_t Stream::next_size() const noexcept {
    const std::size_t left = pieces_.front().bytes.size() - done_of_first_;
    return std::min({left, rule_->longest_write, rule_->cut_in.value_or(left)});
}

void Stream::corrupt(char* bytes, std::size_t size) const noexcept {
    if (!rule_->corrupt_in || *rule_->corrupt_in >= size) return;
    char& byte = bytes[*rule_->corrupt_in];
    byte = static_cast<char>(~byte);
    rule_->corrupt_in.reset();
}

void Stream::count(std::size_t size, TimePoint now) {
    rule_->traffic.bytes += size;
    ++rule_->traffic.writes;
    if (rule_->cut_in) *rule_->cut_in -= size;
    if (rule_->corrupt_in) *rule_->corrupt_in -= size;
    held_back_ -= size;
    done_of_first_ += size;
    last_write_ = now;
    if (done_of_first_ < pieces_.front().bytes.size()) return;
    pieces_.pop_front();
    done_of_first_ = 0;
}

void Stream::tell_end() noexcept {
    if (!std::exchange(has_told_end_, true)) shutdown(to_, SHUT_WR);
}

ProxiedConnection::ProxiedConnection(Socket client, Socket server, TravelRule& to_server, TravelRule& to_client)
    : client_(std::move(client)), server_(std::move(server)) {
    streams_.emplace_back(client_.get(), server_.get(), to_server);
    streams_.emplace_back(server_.get(), client_.get(), to_client);
}

bool ProxiedConnection::serve(TimePoint now) {
    for (Stream& stream : streams_) {
        stream.read(now);
        if (const auto how = stream.write(now)) {
            cut(*how);
            return false;
        }
    }
    return !std::all_of(streams_.begin(), streams_.end(), [](const Stream& stream) { return stream.has_ended(); });
}

void ProxiedConnection::cut(Cut how) noexcept {
    close_at_once(client_.get(), how);
    close_at_once(server_.get(), how);
}

void ProxiedConnection::inject(std::size_t direction, const std::string& bytes) { streams_[direction].add(bytes, {}); }

void ProxiedConnection::add_to(std::vector<pollfd>& polled) const {
    const auto add = [&](const Socket& socket, const Stream& reader, const Stream& writer) {
        const int events = (reader.wants_to_read() ? POLLIN : 0) | (writer.is_blocked() ? POLLOUT : 0);
        // poll() would report the end of a connection again and again, although nobody asks for it.
        if (events != 0) polled.push_back({socket.get(), static_cast<short>(events), 0});
    };
    add(client_, streams_[0], streams_[1]);
    add(server_, streams_[1], streams_[0]);
}

std::optional<TimePoint> ProxiedConnection::due() const noexcept {
    return earlier(streams_[0].due(), streams_[1].due());
}

}  // namespace support
