"""Texts of the footer: who the shop is, and its rules. Asked for by Toss's review."""

from tossbill_ui.ui.shared.text import Text

REPRESENTATIVE = Text("대표\u00a0{value}", "Representative:\u00a0{value}")
NUMBER = Text("사업자등록번호\u00a0{value}", "Business registration:\u00a0{value}")
MAIL_ORDER = Text("통신판매업\u00a0신고\u00a0{value}", "Mail-order registration:\u00a0{value}")
PHONE = Text("전화\u00a0{value}", "Phone:\u00a0{value}")
HOSTING = Text("호스팅\u00a0{value}", "Hosting:\u00a0{value}")

TERMS = Text("이용약관", "Terms of service")
PRIVACY = Text("개인정보\u00a0처리방침", "Privacy policy")
REFUND = Text("환불\u00a0규정", "Refund policy")

SAMPLE = Text("연습용 예시 정보예요.", "Sample data for practice.")
# In the sandbox, for a shop that has set nothing yet.
SAMPLES = {
    "tossbill_company_name": Text("예시상점", "Example Shop"),
    "tossbill_company_representative": Text("홍길동", "Hong Gildong"),
    "tossbill_company_number": Text("000-00-00000", "000-00-00000"),
    "tossbill_company_mail_order": Text("2026-서울예시-0000", "2026-Seoul-0000"),
    "tossbill_company_address": Text("서울특별시 예시구 예시로 1", "1 Example-ro, Seoul"),
    "tossbill_company_phone": Text("02-000-0000", "02-000-0000"),
    "tossbill_company_hosting": Text("예시호스팅", "Example Hosting"),
    "tossbill_terms_url": Text("https://example.com/ko/terms", "https://example.com/en/terms"),
    "tossbill_privacy_url": Text(
        "https://example.com/ko/privacy", "https://example.com/en/privacy"
    ),
    "tossbill_refund_url": Text("https://example.com/ko/refunds", "https://example.com/en/refunds"),
}
