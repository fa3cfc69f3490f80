#include <gtest/gtest.h>
#include <databased/error.hpp>
#include <databased/uuid.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <vector>

namespace databased {

static_assert(std::is_trivially_copyable_v<Uuid> && std::regular<Uuid> && std::totally_ordered<Uuid>);
static_assert(sizeof(Uuid) == 16);
static_assert(Uuid().is_nil() && Uuid().version() == 0);

namespace {

constexpr std::string_view example = "018f2b6a-7c1e-7000-8000-0123456789ab";

using RawUuid = std::array<std::byte, 16>;

// Not Uuid::random(): these bytes follow no version and are the same in every run.
std::vector<Uuid> arbitrary_uuids(int count) {
    std::mt19937 generator(42);
    std::vector<Uuid> uuids;
    for (int i = 0; i < count; ++i) {
        RawUuid bytes;
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(generator() >> 24);
        uuids.push_back(Uuid::from_bytes(bytes));
    }
    return uuids;
}

std::string upper_case(std::string text) {
    for (char& c : text) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

std::string without_hyphens(std::string text) {
    std::erase(text, '-');
    return text;
}

int variant_bits(const Uuid& uuid) { return std::to_integer<int>(uuid.bytes()[8] >> 6); }

std::int64_t milliseconds_in(const Uuid& uuid) {
    std::int64_t milliseconds = 0;
    for (const std::byte byte : uuid.bytes().first<6>()) milliseconds = milliseconds * 256 + std::to_integer<int>(byte);
    return milliseconds;
}

std::int64_t milliseconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// The message of the ConversionError that reading `text` throws; empty if there is none.
std::string refusal_of(std::string_view text) {
    try {
        Uuid::parse(text);
        return "";
    } catch (const ConversionError& error) {
        return error.what();
    }
}

}  // namespace

TEST(Uuid, IsNilUnlessSaidOtherwise) {
    EXPECT_TRUE(Uuid().is_nil());
    EXPECT_EQ(Uuid().to_string(), "00000000-0000-0000-0000-000000000000");
    EXPECT_FALSE(Uuid::parse(example).is_nil());
}

TEST(Uuid, ReadsUpperAndLowerCase) {
    const Uuid lower = Uuid::parse("018f2b6a-7c1e-7000-8000-0123456789ab");
    const Uuid upper = Uuid::parse("018F2B6A-7C1E-7000-8000-0123456789AB");

    EXPECT_EQ(lower, upper);
    EXPECT_EQ(upper.to_string(), example);
}

TEST(Uuid, ReadsDigitsWithoutHyphens) {
    EXPECT_EQ(Uuid::parse("018f2b6a7c1e700080000123456789ab").to_string(), example);
}

TEST(Uuid, ReadsBraces) {
    EXPECT_EQ(Uuid::parse("{018f2b6a-7c1e-7000-8000-0123456789ab}").to_string(), example);
    EXPECT_EQ(Uuid::parse("{018f2b6a7c1e700080000123456789ab}").to_string(), example);
}

TEST(Uuid, RefusesEverythingElse) {
    for (const std::string_view text :
         {"", "{}", "{", "}", "018f2b6a", "018f2b6a-7c1e-7000-8000-0123456789a",
          "018f2b6a-7c1e-7000-8000-0123456789abc", "018f2b6a-7c1e-7000-8000-0123456789ag",
          "018f2b6a-7c1e-7000-80000-123456789ab", "018f2b6a7c1e-7000-8000-0123456789ab",
          "{018f2b6a-7c1e-7000-8000-0123456789ab", "018f2b6a-7c1e-7000-8000-0123456789ab}",
          "{{18f2b6a-7c1e-7000-8000-0123456789a}}", " 18f2b6a-7c1e-7000-8000-0123456789ab",
          "018f2b6a-7c1e-7000-8000-0123456789ab ", "018f2b6a 7c1e 7000 8000 0123456789ab",
          "018f2b6a-7c1e-7000-8000-0123456789\xC3\xA4", "@18f2b6a7c1e700080000123456789ab",
          "018f2b6a7c1e700080000123456789a`"}) {
        EXPECT_THROW(Uuid::parse(text), ConversionError) << text;
    }
}

TEST(Uuid, RefusesAnyOtherCharacterInAnyPlace) {
    for (std::size_t place = 0; place < example.size(); ++place) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text(example);
            text[place] = static_cast<char>(byte);
            const bool digit =
                (byte < 128 && std::string_view("0123456789abcdefABCDEF").find(text[place]) != std::string_view::npos);

            EXPECT_EQ(detail::read_uuid(text).has_value(), example[place] == '-' ? byte == '-' : digit) << text;
        }
    }
}

TEST(Uuid, RefusesZeroBytes) {
    EXPECT_EQ(detail::read_uuid(std::string(36, '\0')), std::nullopt);
    EXPECT_EQ(detail::read_uuid(std::string(example) + '\0'), std::nullopt);
}

TEST(Uuid, SaysWhatIsExpectedAndDoesNotRepeatTheText) {
    const std::string message = refusal_of(std::string(1000, 'z'));

    EXPECT_NE(message.find("8-4-4-4-12"), std::string::npos);
    EXPECT_NE(message.find("1000 characters"), std::string::npos);
    EXPECT_EQ(message.find("zz"), std::string::npos);
}

TEST(Uuid, ComesBackFromEachOfItsTexts) {
    for (const Uuid& uuid : arbitrary_uuids(10'000)) {
        const std::string text = uuid.to_string();

        EXPECT_EQ(Uuid::parse(text), uuid);
        EXPECT_EQ(Uuid::parse(upper_case(text)), uuid);
        EXPECT_EQ(Uuid::parse("{" + without_hyphens(text) + "}"), uuid);
    }
}

TEST(Uuid, ComesBackFromItsBytes) {
    for (const Uuid& uuid : arbitrary_uuids(1000)) EXPECT_EQ(Uuid::from_bytes(uuid.bytes()), uuid);
}

TEST(Uuid, KeepsItsBytesInTheOrderOfItsText) {
    const Uuid uuid = Uuid::parse("00010203-0405-0607-0809-0a0b0c0d0e0f");

    for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(uuid.bytes()[i], static_cast<std::byte>(i));
}

TEST(Uuid, IsOrderedLikeItsText) {
    const std::vector<Uuid> uuids = arbitrary_uuids(200);

    for (const Uuid& left : uuids) {
        for (const Uuid& right : uuids) EXPECT_EQ(left <=> right, left.to_string() <=> right.to_string());
    }
}

TEST(Uuid, HashesAlikeIfEqual) {
    const std::hash<Uuid> hash;

    EXPECT_EQ(hash(Uuid::parse(example)), hash(Uuid::parse(upper_case(std::string(example)))));
    EXPECT_NE(hash(Uuid::parse(example)), hash(Uuid()));
}

TEST(Uuid, WritesItsTextWithoutATerminatingZero) {
    std::array<char, detail::uuid_text_size + 1> buffer;
    buffer.fill('#');

    char* const end = detail::write_uuid(buffer.data(), Uuid::parse(example));

    EXPECT_EQ(end - buffer.data(), 36);
    EXPECT_EQ(std::string_view(buffer.data(), buffer.size()), std::string(example) + '#');
}

TEST(Uuid, PrintsItsText) {
    std::ostringstream out;

    out << Uuid::parse(example);

    EXPECT_EQ(out.str(), example);
}

TEST(Uuid, KnowsItsVersion) {
    EXPECT_EQ(Uuid::parse(example).version(), 7);
    EXPECT_EQ(Uuid::parse("2ed6657d-e927-568b-95e1-2665a8aea6a2").version(), 5);
    EXPECT_EQ(Uuid::parse("ffffffff-ffff-ffff-ffff-ffffffffffff").version(), 15);
}

TEST(RandomUuid, HasVersion4AndTheVariantOfTheRfc) {
    for (int i = 0; i < 1000; ++i) {
        const Uuid uuid = Uuid::random();

        EXPECT_EQ(uuid.version(), 4);
        EXPECT_EQ(variant_bits(uuid), 0b10);
    }
}

TEST(RandomUuid, IsNeverTheSame) {
    std::unordered_set<Uuid> seen;

    for (int i = 0; i < 10'000; ++i) seen.insert(Uuid::random());

    EXPECT_EQ(seen.size(), 10'000U);
}

TEST(RandomUuid, VariesInEveryOtherBit) {
    RawUuid ever_set{};
    RawUuid ever_clear{};

    for (int i = 0; i < 1000; ++i) {
        const Uuid uuid = Uuid::random();
        for (std::size_t byte = 0; byte < 16; ++byte) {
            ever_set[byte] |= uuid.bytes()[byte];
            ever_clear[byte] |= ~uuid.bytes()[byte];
        }
    }

    EXPECT_EQ(Uuid::from_bytes(ever_set).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    EXPECT_EQ(Uuid::from_bytes(ever_clear).to_string(), "ffffffff-ffff-bfff-7fff-ffffffffffff");
}

TEST(TimeOrderedUuid, HasVersion7AndTheVariantOfTheRfc) {
    for (int i = 0; i < 1000; ++i) {
        const Uuid uuid = Uuid::time_ordered();

        EXPECT_EQ(uuid.version(), 7);
        EXPECT_EQ(variant_bits(uuid), 0b10);
    }
}

TEST(TimeOrderedUuid, GrowsStrictly) {
    Uuid last;

    for (int i = 0; i < 100'000; ++i) {
        const Uuid next = Uuid::time_ordered();
        ASSERT_LT(last, next);
        last = next;
    }
}

TEST(TimeOrderedUuid, BeginsWithTheTime) {
    const std::int64_t before = milliseconds_now();
    std::int64_t inside = 0;

    // On a thread of its own, where no burst of others has run ahead of the clock.
    std::thread([&] { inside = milliseconds_in(Uuid::time_ordered()); }).join();

    EXPECT_GE(inside, before);
    EXPECT_LE(inside, milliseconds_now());
}

TEST(TimeOrderedUuid, DiffersInItsLastBytes) {
    const std::string first = Uuid::time_ordered().to_string();
    const std::string second = Uuid::time_ordered().to_string();

    EXPECT_NE(first.substr(19), second.substr(19));
}

}  // namespace databased
