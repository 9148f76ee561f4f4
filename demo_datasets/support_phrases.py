"""What customers write: the phrases that the support messages are put together from.

``{slots}`` are filled from SLOTS. A class's ``cores`` say what the message is about, its ``details`` add to it.
"""

from __future__ import annotations

from collections.abc import Mapping

SLOTS: Mapping[str, tuple[str, ...]] = {
    "item": (
        "headphones", "desk lamp", "kettle", "running shoes", "backpack", "keyboard", "coffee grinder", "rain jacket", "bookshelf",
        "phone case", "blender", "office chair", "yoga mat", "router", "toaster", "winter boots", "monitor", "tent", "bike lights", "rug",
    ),
    "amount": ("9.99", "14.50", "24", "31.80", "49", "58.20", "79.90", "112", "129.95", "7.40", "240", "19"),
    "day": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "the 3rd", "the 9th", "the 14th", "the 22nd"),
    "later": ("monday", "wednesday", "friday", "the weekend", "tomorrow night", "next week", "the 20th", "easter"),
    "span": ("two days", "three days", "a week", "ten days", "two weeks", "almost a month", "an hour", "half a day", "ages"),
    "city": ("Leeds", "Bristol", "Cork", "York", "Derby", "Glasgow", "Dover", "Exeter", "Bath", "Hull"),
    "person": ("Anna", "Tom", "Priya", "Jonas", "your colleague", "someone on chat", "the agent", "Maria", "a guy on the phone"),
    "device": ("my phone", "my laptop", "the tablet", "my work computer", "the new phone", "my browser", "the app"),
    "plan": ("premium plan", "family plan", "yearly plan", "trial", "basic plan", "membership", "student plan", "subscription"),
    "month": ("january", "february", "march", "this month", "last month", "december"),
    "carrier": ("the courier", "the driver", "the post office", "the delivery firm", "whoever delivers for you"),
    "number": ("2291", "80417", "5518", "33072", "19046", "7702", "64410", "1203", "95581", "4276"),
}  # fmt: skip

CORES: Mapping[str, tuple[str, ...]] = {
    "billing": (
        "I was charged {amount} twice for the same {item}", "my invoice for {month} shows {amount} and I do not know what it is for",
        "why is there a charge of {amount} on my card", "the amount on the bill is wrong, it should be {amount}",
        "can you send me the invoice for order {number}", "I need a receipt with our company name and vat number",
        "the discount code was not taken off, I paid {amount} in full", "you took {amount} from my account on {day}",
        "my card was declined but the bank says {amount} went through", "the {plan} went up to {amount} and nobody told me",
        "there is an extra fee of {amount} on my statement", "I want to pay by bank transfer instead of card for the {plan}",
        "the tax on invoice {number} looks wrong", "how do I change the card that you charge every month",
        "I was billed for the {item} although I never finished the order", "two payments of {amount} on {day}, please explain",
        "the price at checkout was {amount}, the bill says something else",
    ),
    "delivery": (
        "where is my {item}, it was due on {day}", "the parcel has been stuck in {city} for {span}",
        "tracking has not moved for {span}", "{carrier} left the {item} in the rain", "my order {number} never arrived",
        "it says delivered but there is no {item} here", "can I change the address for order {number}",
        "{carrier} says nobody was home on {day}, I was home all day", "the box was crushed and the {item} had a dent",
        "when will the {item} be shipped", "I got somebody else's parcel, mine was a {item}", "how long does shipping to {city} take",
        "half of the order is missing, only the {item} came", "can you leave the parcel with a neighbour on {day}",
        "my parcel went back to the depot in {city}", "still waiting for the {item} after {span}", "{carrier} could not find our street",
    ),
    "login": (
        "I cannot sign in on {device}", "the password reset mail never comes", "it says my account is locked since {day}",
        "the code you text me does not work", "I changed my email and now I am locked out", "{device} keeps logging me out",
        "two factor is on an old phone that I no longer have", "the login page just loads forever on {device}",
        "it says wrong password but I just set it", "someone else signed in to my account from {city}",
        "how do I change my user name", "the reset link says it has expired", "I never get the verification code on {device}",
        "my account does not exist any more, it says", "the app shows an error when I enter my password",
        "sign in with my mail address fails since {day}", "I forgot which email I registered with",
    ),
    "refund": (
        "I sent the {item} back on {day} and still have no money", "please give me my money back for the {item}",
        "I want to return the {item}, it does not fit", "{person} promised me {amount} back", "how long does a refund take",
        "the {item} broke after {span}, I would like my money back", "you only sent back {amount}, half of what I paid",
        "the return label for order {number} does not print", "it was returned {span} ago and nothing has reached my account",
        "can I swap the {item} for another size or get my money back", "I got store credit but asked for the money",
        "refund for order {number} please", "my return was refused and I do not see why", "who pays for sending the {item} back",
        "the refund went to a card that I closed", "I returned two things and only the {item} was paid back",
        "the {item} is not as described, I want to return it",
    ),
    "cancel": (
        "please cancel my {plan}", "I want to stop the {plan} before {month} ends", "cancel order {number}, I bought the wrong {item}",
        "how do I end my {plan}", "I do not want the {plan} to renew", "please close my account and delete my data",
        "I ordered the {item} by mistake, stop it before it ships", "there is no cancel button for the {plan} on {device}",
        "I told {person} to cancel on {day} and it is still active", "take me off the {plan}, we no longer use it",
        "I am moving to {city} and no longer need the {plan}", "unsubscribe me from everything",
        "can I pause the {plan} instead of leaving",
        "I do not need the {item} any more, please call off the order", "end my contract at the next date",
        "what is the notice period for the {plan}", "you renewed the {plan} although I had left",
    ),
    "praise": (
        "the {item} is even better than I hoped", "thank you, {person} was so kind and quick", "best {item} I ever had",
        "the parcel came a day early, great job", "I love the new app on {device}", "{person} sorted everything out in minutes",
        "wonderful service, five stars", "just wanted to say thanks for the {item}", "my kids adore the {item}",
        "keep up the good work", "the {plan} is worth every penny", "I have told all my friends in {city} about you",
        "so happy with the {item} after {span}", "really impressed by how {person} handled order {number}",
        "everything arrived safe and well packed, thank you", "this is how support should be", "great quality, will order again",
    ),
}  # fmt: skip

DETAILS: Mapping[str, tuple[str, ...]] = {
    "billing": (
        "please correct the bill", "my bank shows it too", "the invoice number is {number}", "I only agreed to {amount}",
        "our accounts team needs it by {later}", "this is the second month in a row", "the payment date was {day}",
    ),
    "delivery": (
        "the tracking number ends in {number}", "it was a present for {day}", "the neighbours have not seen it either",
        "I took {day} off to be at home", "it is only coming from {city}", "please ask {carrier}", "the gate code is {number}",
    ),
    "login": (
        "I tried {device} too", "I cleared the cookies", "it worked until {day}", "the error is {number}", "I have the right password",
        "nothing in the spam folder either", "please unlock it",
    ),
    "refund": (
        "I still have the return slip {number}", "it has been {span}", "the box was never opened", "I kept the packaging",
        "you have had it back since {day}", "I paid {amount} for it", "a voucher is no use to me",
    ),
    "cancel": (
        "please confirm in writing", "I found something cheaper", "we hardly use it", "my customer number is {number}",
        "do it before {later}", "I do not want another reminder", "no hard feelings",
    ),
    "praise": (
        "you made my day", "say hello to {person}", "never had a problem in years", "I will be back", "it looks lovely",
        "please pass it on to the team", "quick and friendly as always",
    ),
}  # fmt: skip

# Things that people mention in passing whatever they write about; some belong to another class, which is what makes it hard.
ASIDES: tuple[str, ...] = (
    "I ordered the {item} on {day}", "order {number}", "I already wrote to you on {day}", "{person} could not help me",
    "I have been a customer for years", "I am in {city} until {later}", "it was {amount} in all", "I am on the {plan}",
    "the {item} itself is fine", "the app is slow by the way", "I paid on {day}", "I could not find it on the site",
    "it is about the {item}", "this is the third time I ask", "I am writing from {device}", "my account is the one from {city}",
    "the parcel came on {day}", "the return went fine last time", "I got the invoice", "I do like the {item}",
)  # fmt: skip

# Messages that could be anybody's.
VAGUE: tuple[str, ...] = (
    "what is going on with order {number}", "please look into the {item} from {day}", "any news about {number}",
    "I am still waiting for an answer", "nobody has got back to me since {day}", "can you check my account please",
    "this is about the {plan}", "it still has not been sorted", "{person} said it would be done by {day}",
    "see my last message about the {item}",
)  # fmt: skip

OPENERS: tuple[str, ...] = (
    "hi", "hello", "hey", "good morning", "dear team", "hi there", "hello again", "to whom it may concern", "hi support", "so", "ok",
    "well", "sorry to bother you", "quick question", "good evening", "hiya",
)  # fmt: skip

CLOSERS: tuple[str, ...] = (
    "thanks", "thank you", "please help", "regards", "best wishes", "cheers", "waiting for your answer", "can you look into it",
    "please call me", "thanks in advance", "not happy", "this is getting silly", "let me know", "what now",
    "many thanks", "hope you can help", "sent from my phone", "bye",
)  # fmt: skip
