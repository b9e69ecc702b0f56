"""Mail and web domains that many share: an address there says nothing about whose customer somebody is (L3)."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    """Return a list written as a text."""
    return frozenset(text.split())


FAMILIES = _words("yahoo ymail rocketmail hotmail gmx googlemail protonmail tutanota zohomail")
"""Free mail under many endings: yahoo.co.uk, hotmail.fr, gmx.at."""

FREE_MAIL = _words("""
    gmail.com outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.pt outlook.jp outlook.dk outlook.cz
    outlook.com.br outlook.com.au outlook.be outlook.at outlook.ie outlook.in live.com live.de live.fr live.nl live.it
    live.co.uk live.be live.dk live.se live.no live.ca live.cn live.jp live.com.au live.com.mx msn.com passport.com
    icloud.com me.com mac.com aol.com aol.de aol.fr aol.co.uk aim.com mail.com email.com usa.com post.com europe.com
    proton.me pm.me tuta.com tuta.io tutamail.com fastmail.com fastmail.fm hey.com hushmail.com zoho.com zoho.eu
    mailbox.org posteo.de posteo.net web.de freenet.de t-online.de arcor.de mail.de email.de online.de vodafone.de
    vodafonemail.de kabelmail.de netcologne.de unitybox.de 1und1.de bluewin.ch hispeed.ch sunrise.ch chello.at aon.at
    a1.net inode.at orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr aliceadsl.fr
    club-internet.fr voila.fr libero.it virgilio.it alice.it tin.it tim.it tiscali.it fastwebnet.it email.it inwind.it
    poste.it vodafone.it telefonica.net terra.es ya.com ono.com movistar.es sapo.pt iol.pt clix.pt telenet.be skynet.be
    proximus.be scarlet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl home.nl hetnet.nl upcmail.nl casema.nl quicknet.nl
    btinternet.com sky.com virginmedia.com talktalk.net ntlworld.com blueyonder.co.uk tiscali.co.uk o2.co.uk eircom.net
    telia.com spray.se bredband.net comhem.se passagen.se online.no start.no broadpark.no jubii.dk mail.dk ofir.dk
    tdcadsl.dk stofanet.dk kolumbus.fi luukku.com elisanet.fi saunalahti.fi pp.inet.fi suomi24.fi simnet.is
    wp.pl o2.pl onet.pl onet.eu op.pl interia.pl interia.eu gazeta.pl poczta.fm tlen.pl vp.pl buziaczek.pl seznam.cz
    email.cz centrum.cz atlas.cz post.cz volny.cz azet.sk zoznam.sk centrum.sk post.sk freemail.hu citromail.hu
    indamail.hu t-email.hu abv.bg mail.bg dir.bg inbox.lv one.lv mail.ee hot.ee online.ee takas.lt net.hr siol.net
    mail.ru inbox.ru list.ru bk.ru internet.ru yandex.ru yandex.com ya.ru rambler.ru lenta.ru autorambler.ru ukr.net
    i.ua meta.ua bigmir.net tut.by mynet.com otenet.gr walla.co.il walla.com bezeqint.net 012.net.il
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net optonline.net
    frontier.com juno.com netzero.net roadrunner.com windstream.net centurylink.net q.com mindspring.com excite.com
    lycos.com rediffmail.com sify.com vsnl.net shaw.ca rogers.com sympatico.ca telus.net bell.net videotron.ca
    uol.com.br bol.com.br terra.com.br ig.com.br globo.com r7.com prodigy.net.mx bigpond.com bigpond.net.au optusnet.com.au
    iinet.net.au tpg.com.au westnet.com.au xtra.co.nz slingshot.co.nz mweb.co.za webmail.co.za telkomsa.net vodamail.co.za
    qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn 21cn.com aliyun.com tom.com
    naver.com hanmail.net daum.net nate.com kakao.com docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp
    nifty.com ocn.ne.jp so-net.ne.jp biglobe.ne.jp excite.co.jp pchome.com.tw hinet.net seed.net.tw singnet.com.sg
    mailinator.com guerrillamail.com yopmail.com trashmail.com 10minutemail.com tempmail.com sharklasers.com maildrop.cc
    """)
"""Free mail, telephone companies' mail for anybody, and mail that is thrown away."""

SHARED_WEB = _words("""
    facebook.com fb.com instagram.com linkedin.com xing.com twitter.com x.com youtube.com youtu.be tiktok.com
    pinterest.com t.me telegram.me wa.me whatsapp.com vk.com ok.ru weibo.com line.me google.com goo.gl g.page g.co
    bing.com wikipedia.org wikidata.org linktr.ee bit.ly tinyurl.com yelp.com tripadvisor.com trustpilot.com crunchbase.com
    github.com gitlab.com medium.com amazon.com amazon.de amazon.co.uk ebay.com ebay.de etsy.com alibaba.com
    """)
"""Sites where anybody has a page of its own."""


def is_free_mail(domain: str) -> bool:
    """Say whether anybody may have an address under this domain."""
    return domain in FREE_MAIL or domain.partition(".")[0] in FAMILIES


def is_shared_site(domain: str) -> bool:
    """Say whether anybody may have a page under this domain."""
    return domain in SHARED_WEB or is_free_mail(domain)
